package sessions

import (
	"context"
	"slices"
	"time"

	"github.com/tidwall/redcon"
)

// A call is what one caller waits for: the replies to commands, a look at
// sessions, or kills.
type call struct {
	ctx context.Context

	commands [][]string
	replies  []reply

	question *question
	seen     *look // the answer to it

	orders []*order
	todo   []*order // of them, what is not sent
	served bool     // one of them was in the last round

	keepAlive bool

	// The link's.
	err     error
	stopped bool // nothing more is sent for it
	over    bool // answered, or given up by its caller
	done    chan struct{}
}

func (c *call) end(err error) {
	if !c.over {
		c.err, c.over = err, true
		close(c.done)
	}
}

// A step is one command of a round and what takes its reply.
type step struct {
	command []string
	take    func(redcon.RESP)
}

// A round is the commands that go out together.
type round struct {
	steps   []step
	at      int // of the next reply
	calls   []*call
	seen    *look
	kills   int
	start   time.Time
	end     time.Time // when all replies must be there
	said    error     // the first that the server answered
	unsent  error     // why it could not be written
	measure bool      // it shows what a round trip takes
}

// take gives a reply to its step, and reports whether it was the last.
func (r *round) take(v redcon.RESP) bool {
	r.steps[r.at].take(v)
	r.at++
	return r.at == len(r.steps)
}

func (r *round) add(command []string, take func(reply)) {
	r.steps = append(r.steps, step{command, func(v redcon.RESP) { take(replyTo(command, v)) }})
}

// nextRound takes what waits: all that is short, and of the kills as many as
// the pace allows, one of each call in turn. It returns nil where nothing waits.
func (l *link) nextRound() *round {
	if len(l.waiting) == 0 {
		return nil
	}
	r := &round{}
	var later, killers []*call
	ask := question{}
	for _, c := range l.waiting {
		if c.ctx.Err() != nil {
			c.end(ended(c.ctx))
			continue
		}
		switch {
		case c.question != nil:
			if !ask.add(c.question) {
				later = append(later, c)
				continue
			}
		case c.orders != nil:
			killers = append(killers, c)
		default:
			r.measure = c.keepAlive
			for i, command := range c.commands {
				r.add(command, func(v reply) { c.replies[i] = v })
			}
		}
		r.calls = append(r.calls, c)
	}
	l.waiting = later
	if ask.any() {
		r.seen = l.newLook(ask)
		r.look(l, ask)
	}
	r.kill(killers, l.pace.size)
	if len(r.steps) == 0 {
		return nil
	}
	return r
}

// finish ends the calls of a round whose replies are there. Kills that are left
// wait for the next round: before all others where none of the call was in this
// one, else behind them, so that nobody starves.
func (l *link) finish(r *round) {
	var first, last []*call
	took := time.Since(r.start)
	switch {
	case r.kills > 0:
		l.pace.note(r.kills, took)
	case r.measure && len(r.calls) == 1:
		l.pace.trip = took
	default:
		l.pace.trip = min(l.pace.trip, took)
	}
	if r.seen != nil && r.seen.whole && r.seen.err == nil {
		l.clients, l.counted, l.listed = len(r.seen.sessions), time.Now(), time.Now()
	}
	if r.seen != nil && r.seen.sentinel {
		l.watchedAt = time.Now()
	}
	for _, c := range r.calls {
		if c.question != nil {
			c.seen = r.seen
			c.end(r.seen.err)
			continue
		}
		if c.keepAlive && len(c.replies) > 1 {
			l.countClients(c.replies[1])
		}
		switch {
		case len(c.todo) == 0 || c.err != nil || c.over:
			c.end(c.err)
		case c.served:
			last = append(last, c)
		default:
			first = append(first, c)
		}
		c.served = false
	}
	l.waiting = slices.Concat(first, l.waiting, last)
}

// kill adds kills of the calls until there are as many as size.
func (r *round) kill(calls []*call, size int) {
	for left := true; left && r.kills < size; {
		left = false
		for _, c := range calls {
			if len(c.todo) == 0 || r.kills >= size {
				continue
			}
			v := c.todo[0]
			c.todo = c.todo[1:]
			left = true
			r.send(c, v)
		}
	}
}

// send adds the kills of one order: all of them, where it is one of a few, else
// the next one.
func (r *round) send(c *call, v *order) {
	n := len(v.filters)
	if len(c.orders) > together {
		n = 1
	}
	filters := v.filters[:n]
	v.filters, v.sent, v.awaited = v.filters[n:], true, n
	c.served = true
	r.kills += n
	for _, filter := range filters {
		r.add(slices.Concat([]string{"CLIENT", "KILL"}, filter), func(p reply) {
			if c.over { // its caller has left
				return
			}
			v.awaited--
			if p.err != nil {
				c.err, c.todo = p.err, nil
				return
			}
			v.killed += number(p.text)
			switch {
			case v.awaited > 0 || c.err != nil:
			case v.killed == 0 && len(v.filters) > 0 && c.stopped:
			case v.killed == 0 && len(v.filters) > 0:
				c.todo = append(c.todo, v)
			default:
				v.answered = true
			}
		})
	}
}
