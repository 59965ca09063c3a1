package sessions

import (
	"context"
	"slices"
	"time"
)

// A request is what one caller waits for: the replies to commands, a list of
// sessions, or kills. Exactly one of commands, query and kills is set.
type request struct {
	ctx context.Context

	commands [][]string
	replies  []reply

	query *listQuery
	list  *clientList // the response to query

	kills      []*killCmd
	unsent     []*killCmd // the kills that are not sent yet
	inPipeline bool       // the last pipeline had some of the kills

	keepAlive bool

	// Guarded by conn.mu.
	err      error
	canceled bool // nothing more is sent for it
	finished bool // complete, or its caller has stopped waiting
	done     chan struct{}
}

func (r *request) finish(err error) {
	if !r.finished {
		r.err, r.finished = err, true
		close(r.done)
	}
}

// do waits until r is complete. If ctx ends first, nothing more is sent for r,
// and replies that arrive later are dropped.
func (c *conn) do(ctx context.Context, r *request) error {
	r.ctx, r.done = ctx, make(chan struct{})
	c.mu.Lock()
	if c.failed != nil {
		c.mu.Unlock()
		return c.failed
	}
	c.queue = append(c.queue, r)
	if c.active == nil {
		c.send()
	}
	c.mu.Unlock()
	select {
	case <-r.done:
		return r.err
	case <-ctx.Done():
		return c.cancel(ctx, r)
	}
}

// killGrace is how long a caller whose time is over waits for the replies to its
// kills that were sent, so that it knows their results.
const killGrace = 200 * time.Millisecond

// cancel ends a request whose caller's time is over.
func (c *conn) cancel(ctx context.Context, r *request) error {
	c.mu.Lock()
	r.canceled, r.unsent = true, nil
	c.queue = slices.DeleteFunc(c.queue, func(q *request) bool { return q == r })
	killing := c.active != nil && r.kills != nil && slices.Contains(c.active.requests, r)
	c.mu.Unlock()
	if killing {
		select {
		case <-r.done:
		case <-time.After(killGrace):
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if r.finished && r.err != nil {
		return r.err
	}
	r.finished = true
	return callEnded(ctx)
}

// exec sends commands in one pipeline, and returns one reply for each.
func (c *conn) exec(ctx context.Context, commands ...[]string) []reply {
	r := &request{commands: commands, replies: make([]reply, len(commands))}
	if err := c.do(ctx, r); err != nil {
		return slices.Repeat([]reply{{err: err}}, len(commands))
	}
	return r.replies
}

// keepAlive returns the request that is sent when nothing else is: a command that
// every user of a connection may run and, where INFO is allowed, one that returns
// the number of sessions.
func (c *conn) keepAlive() *request {
	commands := [][]string{{"CLIENT", "ID"}}
	if c.infoAllowed {
		commands = append(commands, []string{"INFO", "clients"})
	}
	return &request{
		ctx: context.Background(), done: make(chan struct{}),
		commands: commands, replies: make([]reply, len(commands)), keepAlive: true,
	}
}
