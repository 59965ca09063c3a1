package sessions

import (
	"context"
	"net/netip"
	"time"
)

// A Listing is what a node's sessions were at one time.
type Listing struct {
	At       time.Time
	Sessions []Session // by ascending id

	run uint64 // of the connection that read it
}

// List reads all sessions of the node, with one CLIENT LIST: of 10,000 sessions
// that holds the node for 10 to 14 ms. Its errors are ErrUnreachable, ErrBusy
// and ErrRefused.
func (n *Node) List(ctx context.Context) (*Listing, error) {
	panic("to be built")
}

// Target returns what kills the session that the listing has at addr, and
// nothing that may have come to the address since; where it has none, whatever
// is at the address.
func (l *Listing) Target(addr netip.AddrPort) Target {
	panic("to be built")
}
