package sessions

import (
	"context"
	"slices"
)

// KillAll closes the sessions that the node has when it begins, but for the
// protected ones, and returns one outcome for each of them. progress, where it
// is not nil, is called with the outcomes so far, now and then, by the calling
// goroutine; the slice is KillAll's and must not be kept or changed.
//
// It is paced as Kill is, and other calls are served in between. Errors are
// Kill's, but never ErrProtected or ErrReplaced; when ctx ends the kill stops and
// the error wraps its cause. The outcomes tell how far it came.
func (n *Node) KillAll(ctx context.Context, progress func([]Outcome)) (outcomes []Outcome, err error) {
	err = n.use(ctx, func(l *link) (bool, error) {
		seen, err := l.look(ctx, question{all: true})
		if err != nil {
			return true, err
		}
		outcomes = make([]Outcome, len(seen.sessions))
		for i, s := range seen.sessions {
			outcomes[i] = Outcome{Addr: s.Peer, ID: s.ID, Result: Skipped}
		}
		return false, l.killAll(ctx, outcomes, progress)
	})
	return outcomes, err
}

func (l *link) killAll(ctx context.Context, outcomes []Outcome, progress func([]Outcome)) error {
	for some := range slices.Chunk(outcomes, page) {
		if progress != nil {
			progress(outcomes)
		}
		if ctx.Err() != nil {
			return ended(ctx)
		}
		if err := l.killPage(ctx, some); err != nil {
			return err
		}
	}
	return nil
}

// killPage kills sessions that were listed a while ago: killing 10,000 takes a
// second or two, in which one may have left, or become a link of Sentinel's.
func (l *link) killPage(ctx context.Context, some []Outcome) error {
	targets := make([]Target, len(some))
	for i, o := range some {
		targets[i] = ID(o.ID)
	}
	k := newKilling(targets)
	k.all = true
	err := k.run(ctx, l)
	for i, o := range k.outcomes(targets) {
		some[i].Result, some[i].Protection = o.Result, o.Protection
	}
	return err
}
