package sessions

import (
	"net/netip"
	"time"
)

// A Target is a session to kill: Listing.Target's is the one that was listed,
// and Target{Addr: a} whatever is at a.
type Target struct {
	Addr netip.AddrPort

	id  int64     // where it was listed, else 0
	age int64     // seconds, when it was listed
	at  time.Time // when it was
	run uint64    // of the connection that listed it
}

// slack is by how much a session's age may seem to fall behind the time that
// has passed: a server counts whole seconds, and reads its clock once a turn of
// its loop (updateCachedTime in server.c), which may be a slow one.
const slack = 2 * time.Second

// is tells whether s, read at the given time by the connection run, is the
// session that was listed. An id is given once while a server runs, and over
// the listing's own connection it is the same run. Over another the server may
// have begun anew, with the same ids: who came after that is too young.
func (t Target) is(s *Session, at time.Time, run uint64) bool {
	if s.ID != t.id || s.Peer != t.Addr {
		return false
	}
	grown := float64(s.Age) - float64(t.age)
	return t.run == run || grown+slack.Seconds() >= at.Sub(t.at).Seconds()
}
