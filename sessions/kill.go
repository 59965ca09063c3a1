package sessions

import (
	"context"
	"net/netip"
)

// A Target is a session to kill. Target{Addr: a} is the session that is at a now,
// [ID] the one that has an id now. The targets of a [Snapshot] are the sessions
// that were listed.
type Target struct {
	Addr netip.AddrPort

	id       int64     // 0: by the address
	snapshot *Snapshot // nil: the session that is there now
}

// ID returns the target for the session that has this id now. Use it for sessions
// without an address of their own, such as those of a Unix socket.
func ID(id int64) Target { return Target{id: id} }

// canonical returns the target with its address in canonical form, so that equal
// addresses are equal values.
func (t Target) canonical() Target {
	t.Addr = canonical(t.Addr)
	return t
}

// A Result says what happened to one target.
type Result string

// The results.
const (
	Killed    Result = "killed"    // the session was there and is closed
	Gone      Result = "gone"      // no such session: the caller's goal holds
	Replaced  Result = "replaced"  // another session has the address now; it was not killed
	Protected Result = "protected" // the session must live
	Failed    Result = "failed"    // the command was sent, but its result is unknown
	Skipped   Result = "skipped"   // no command was sent for this target
)

// An Outcome is the result for one target. It identifies the target as the caller
// did, by address or by id. The outcomes of [Node.KillAll] have both.
type Outcome struct {
	Addr   netip.AddrPort
	ID     int64
	Result Result

	Protection Protection // set if Result is Protected
}

// Kill closes the sessions that targets name, and returns one outcome per target,
// in the same order. If it returns no error, none of those sessions is connected:
// each was killed or is gone.
//
// A session that was listed and has left is Gone. If another session has its
// address now, the result is Replaced: the other session lives, all other targets
// are killed, and the error is [ErrReplaced]. If a target is a link that must
// live, or the Node's own connection, nothing is killed and the error is
// [ErrProtected].
//
// Other errors are [ErrUnreachable] (also when ctx ends, or after 10 s), [ErrBusy]
// and [ErrRefused]. The outcomes then show how far the kill came. A kill may be
// repeated: sessions killed before are then Gone.
//
// Each session is killed by its id, address and type, so that a new client on a
// dead client's port is not hit. Kills are sent in small chunks, so that the node
// serves other clients in between. The old form of CLIENT KILL, which kills
// replicas and the caller itself, is never used.
func (n *Node) Kill(ctx context.Context, targets []Target) ([]Outcome, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, callTimeout, errCallTimeout)
	defer cancel()
	op := newKillOp(targets)
	err := n.withConn(ctx, func(c *conn) (bool, error) {
		err := op.run(ctx, c)
		return !op.sent, err
	})
	return op.outcomes(targets), err
}
