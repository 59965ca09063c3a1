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
	Replaced  Result = "replaced"  // another session has the address now; it was not killed
	Protected Result = "protected" // the session must live
	Failed    Result = "failed"    // the node did not say what it did
	Skipped   Result = "skipped"   // nothing was sent for this target
)

// An Outcome is the result for one target. It has what the target was named by;
// of KillAll it has both.
type Outcome struct {
	Addr   netip.AddrPort
	ID     int64
	Result Result

	Protection Protection // why it is Protected
}

// Kill closes the sessions that targets name, and returns one outcome for each
// target, in the order given. Where it returns no error, none of those sessions
// is connected: each was killed, or is gone.
//
// A session that was listed and has left is Gone, and Replaced where another has
// its address now; the other one lives, the rest is killed, and the error is
// ErrReplaced. If one of the targets is a link that must live, or this
// connection itself, nothing is killed and the error is ErrProtected. Other
// errors are ErrUnreachable, also when ctx ends or 10 s have passed, ErrBusy and
// ErrRefused; the outcomes then tell how far the kill came. It may be repeated:
// what is done is then gone.
//
// Each session is killed by its id, address and type, so that a newcomer that
// was given a dead client's port is not taken for it. A few are sent at a time,
// so that others are served in between. The command's old form, which kills
// replicas and the caller itself, is never used.
func (n *Node) Kill(ctx context.Context, targets []Target) ([]Outcome, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, callTime, errSlow)
	defer cancel()
	k := newKilling(targets)
	err := n.use(ctx, func(l *link) (bool, error) {
		err := k.run(ctx, l)
		return !k.sent, err
	})
	return k.outcomes(targets), err
}
