package sessions

import "net/netip"

// A Target is a session to kill. Target{Addr: a} is the session at a, ID(id) the
// one with that id, and a Snapshot's targets are the sessions that were listed.
type Target struct {
	Addr netip.AddrPort

	id   int64     // 0: by the address
	snap *Snapshot // nil: the session that is there now
}

// ID returns the target that is the session with this id now. It is for the sessions
// that have no address of their own, those of a Unix socket above all.
func ID(id int64) Target { return Target{id: id} }

// canonical returns the target with its address in the one form that equal
// addresses have.
func (t Target) canonical() Target {
	t.Addr = canonical(t.Addr)
	return t
}
