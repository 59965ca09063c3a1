package sessions

import (
	"slices"
	"time"

	"github.com/tidwall/redcon"
)

// A pipeline holds the commands that are sent together.
type pipeline struct {
	commands    []command
	next        int // the command whose reply comes next
	requests    []*request
	list        *clientList
	kills       int
	start       time.Time
	deadline    time.Time // for all replies
	firstError  error     // the first error reply
	writeErr    error     // why it could not be sent
	measuresRTT bool      // its commands take the server no time
}

// A command is one command of a pipeline, and what handles its reply.
type command struct {
	args   []string
	handle func(redcon.RESP)
}

// handle passes a reply to its command, and reports whether it was the last.
func (p *pipeline) handle(v redcon.RESP) bool {
	p.commands[p.next].handle(v)
	p.next++
	return p.next == len(p.commands)
}

func (p *pipeline) add(args []string, handle func(reply)) {
	p.commands = append(p.commands, command{args, func(v redcon.RESP) { handle(replyTo(args, v)) }})
}

// nextPipeline takes requests from the queue: all short ones and, of the kills,
// as many as the pace allows, one of each request in turn. It returns nil if
// there is nothing to send.
func (c *conn) nextPipeline() *pipeline {
	if len(c.queue) == 0 {
		return nil
	}
	p := &pipeline{}
	var later, killers []*request
	query := listQuery{}
	for _, r := range c.queue {
		if r.ctx.Err() != nil {
			r.finish(callEnded(r.ctx))
			continue
		}
		switch {
		case r.query != nil:
			if !query.merge(r.query) {
				later = append(later, r)
				continue
			}
		case r.kills != nil:
			killers = append(killers, r)
		default:
			p.measuresRTT = r.keepAlive
			for i, args := range r.commands {
				p.add(args, func(v reply) { r.replies[i] = v })
			}
		}
		p.requests = append(p.requests, r)
	}
	c.queue = later
	if query.any() {
		p.list = c.newClientList(query)
		p.addLists(c, query)
	}
	p.addKills(killers, c.pace.size)
	if len(p.commands) == 0 {
		return nil
	}
	return p
}

// finish ends the requests of a pipeline whose replies are there. A request with
// unsent kills is queued again: first if it had none in this pipeline, else last,
// so that no request starves.
func (c *conn) finish(p *pipeline) {
	c.measure(p)
	var first, last []*request
	for _, r := range p.requests {
		if r.query != nil {
			r.list = p.list
			r.finish(p.list.err)
			continue
		}
		if r.keepAlive && len(r.replies) > 1 {
			c.countClients(r.replies[1])
		}
		switch {
		case len(r.unsent) == 0 || r.err != nil || r.finished:
			r.finish(r.err)
		case r.inPipeline:
			last = append(last, r)
		default:
			first = append(first, r)
		}
		r.inPipeline = false
	}
	c.queue = slices.Concat(first, c.queue, last)
}

// measure stores what a pipeline shows about the server: the round trip, the time
// of a kill, the number of sessions and whether a Sentinel watches it.
func (c *conn) measure(p *pipeline) {
	took := time.Since(p.start)
	switch {
	case p.kills > 0:
		c.pace.update(p.kills, took)
	case p.measuresRTT && len(p.requests) == 1:
		c.pace.rtt = took
	default:
		c.pace.rtt = min(c.pace.rtt, took)
	}
	if p.list == nil {
		return
	}
	if p.list.complete && p.list.err == nil {
		c.clientCount, c.listedAt = len(p.list.sessions), time.Now()
	}
	if p.list.sentinel {
		c.sentinelSeen = time.Now()
	}
}
