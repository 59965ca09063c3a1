package sessions

import (
	"net/netip"
	"time"
)

// A Target is a session to kill.
type Target struct {
	Addr netip.AddrPort

	id  int64     // where it was listed, else 0
	at  time.Time // when it was
	run uint64    // of the connection that listed it
}
