package sessions

import (
	"context"
	"net/netip"
)

// A Result is what became of one target.
type Result string

// The results.
const (
	Killed    Result = "killed"    // the session was there and is closed
	Gone      Result = "gone"      // no such session: what the caller wants holds
	Protected Result = "protected" // the session must live
	Failed    Result = "failed"    // the node did not say what it did
	Untried   Result = "untried"   // nothing was sent for this target
)

// An Outcome is the result for one target.
type Outcome struct {
	Addr   netip.AddrPort // zero for a Unix socket
	Result Result
}

// Kill closes the sessions that targets name, and returns one outcome for each
// target, in the order given; one that is given twice counts once. The outcome
// of a session that was listed and has left is Gone, also where another has its
// address now.
//
// If one of them is a replication link, a link of Sentinel or this connection
// itself, nothing is killed and the error is ErrProtected. Other errors are
// ErrUnreachable, also when ctx ends, ErrBusy and ErrRefused; the outcomes then
// tell how far the kill came. It may be repeated: what is done is then gone.
//
// Each session is killed by its address and type, and by its id where that is
// known, so that a newcomer that was given a dead client's port is not taken
// for it. A few are sent at a time, so that others are served in between. The
// command's old form, which kills replicas and the caller itself, is never used.
func (n *Node) Kill(ctx context.Context, targets []Target) ([]Outcome, error) {
	targets, outcomes := once(targets)
	c, err := n.begin(ctx)
	if err != nil {
		return outcomes, err
	}
	defer c.release()

	seen, err := c.look(ctx, targets)
	if err != nil {
		return outcomes, failed(ctx, err)
	}
	blocked := false
	for i, t := range targets {
		if s, _ := seen.find(t); s != nil && s.Protected() {
			outcomes[i].Result, blocked = Protected, true
		}
	}
	if blocked {
		return outcomes, ErrProtected
	}
	return outcomes, c.kill(ctx, c.pace(), seen.victims(targets, outcomes))
}

// once lists each target once, canonical, and an outcome for it.
func once(targets []Target) (distinct []Target, outcomes []Outcome) {
	type key struct {
		addr netip.AddrPort
		id   int64
		run  uint64
	}
	seen := make(map[key]struct{}, len(targets))
	for _, t := range targets {
		t.Addr = canonical(t.Addr)
		k := key{t.Addr, t.id, t.run}
		if _, ok := seen[k]; !ok {
			seen[k] = struct{}{}
			distinct = append(distinct, t)
			outcomes = append(outcomes, Outcome{t.Addr, Untried})
		}
	}
	return distinct, outcomes
}
