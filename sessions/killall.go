package sessions

import (
	"context"
	"slices"
)

// KillAll closes the sessions that the node has when it begins, but for the
// protected ones, and returns one outcome for each of them. progress, where it
// is not nil, is told of the outcomes so far, now and then, by the calling
// goroutine; the slice is KillAll's and must not be kept or changed.
//
// It is paced as Kill is. Errors are Kill's, but never ErrProtected; when ctx
// ends the kill stops and the error wraps its cause. The outcomes tell how far
// it came.
func (n *Node) KillAll(ctx context.Context, progress func([]Outcome)) ([]Outcome, error) {
	c, err := n.begin(ctx)
	if err != nil {
		return nil, err
	}
	defer c.release()

	list, err := c.list(ctx)
	if err != nil {
		return nil, failed(ctx, err)
	}
	first := c.newSight()
	first.add(list)
	targets, outcomes := make([]Target, len(list)), make([]Outcome, len(list))
	for i, s := range list {
		targets[i], outcomes[i] = Target{Addr: s.Peer, id: s.ID, run: c.run}, Outcome{s.Peer, Untried}
	}
	p, done := c.pace(), 0
	for some := range slices.Chunk(targets, page) {
		if progress != nil {
			progress(outcomes)
		}
		seen, err := c.lookAgain(ctx, first, some)
		if err != nil {
			return outcomes, err
		}
		if err := c.kill(ctx, p, seen.victims(some, outcomes[done:])); err != nil {
			return outcomes, err
		}
		done += len(some)
	}
	return outcomes, nil
}

// lookAgain looks at sessions that were listed a while ago: killing 10,000 takes
// a second or two, in which one may have left, or become a link of Sentinel's. A
// server before 6.2 cannot tell, and the first look stands.
func (c *call) lookAgain(ctx context.Context, first *sight, targets []Target) (*sight, error) {
	ids := make([]any, len(targets))
	for i, t := range targets {
		ids[i] = t.id
	}
	s := c.newSight()
	switch err := c.addIDs(ctx, s, ids); {
	case err == nil:
		return s, nil
	case isReply(err):
		return first, nil
	default:
		return nil, failed(ctx, err)
	}
}
