package sessions

import (
	"context"
	"slices"
)

// KillAll closes the sessions that the node has when it starts, except protected
// ones, and returns one outcome for each session. If progress is not nil, KillAll
// calls it between chunks with all outcomes so far, on the calling goroutine.
// progress must neither keep nor change that slice.
//
// It is paced as [Node.Kill] is, and other callers are served in between. Its
// errors are those of Kill, without [ErrProtected] and [ErrReplaced]. When ctx
// ends, KillAll stops and the error wraps ctx's cause. The outcomes show how far
// it came.
func (n *Node) KillAll(ctx context.Context, progress func([]Outcome)) (outcomes []Outcome, err error) {
	err = n.withConn(ctx, func(c *conn) (bool, error) {
		list, err := c.list(ctx, listQuery{all: true})
		if err != nil {
			return true, err
		}
		outcomes = make([]Outcome, len(list.sessions))
		for i := range list.sessions {
			s := &list.sessions[i]
			outcomes[i] = Outcome{Addr: s.Peer, ID: s.ID, Result: Skipped}
		}
		return false, c.killAll(ctx, outcomes, progress)
	})
	return outcomes, err
}

func (c *conn) killAll(ctx context.Context, outcomes []Outcome, progress func([]Outcome)) error {
	for batch := range slices.Chunk(outcomes, listBatch) {
		if progress != nil {
			progress(outcomes)
		}
		if ctx.Err() != nil {
			return callEnded(ctx)
		}
		if err := c.killBatch(ctx, batch); err != nil {
			return err
		}
	}
	return nil
}

// killBatch kills sessions that were listed a while ago. It lists them again,
// because killing 10,000 takes a second or two, during which a session may leave
// or become a Sentinel's link.
func (c *conn) killBatch(ctx context.Context, batch []Outcome) error {
	targets := make([]Target, len(batch))
	for i, o := range batch {
		targets[i] = ID(o.ID)
	}
	op := newKillOp(targets)
	op.skipProtected = true
	err := op.run(ctx, c)
	for i, o := range op.outcomes(targets) {
		batch[i].Result, batch[i].Protection = o.Result, o.Protection
	}
	return err
}
