package client

import (
	"net/netip"
	"strconv"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// A Target says which session Kill kills: see Session, Addr and ID.
type Target struct{ addr, id string }

// Session is the session that List yielded: by its address where it has one,
// else by its id, as for a Unix socket. A dcs-sessions server keeps for ten
// minutes what it listed for a caller, and kills that session and no other.
func Session(s gen.ClientInfo) Target {
	addr := first(s.Peer, s.Addr) // the API leaves out the peer for the nodes of a proxy
	if a, err := netip.ParseAddrPort(addr); err == nil && a.Port() != 0 && a.Addr().Zone() == "" {
		return Addr(addr)
	}
	if id, err := strconv.ParseInt(s.ID, 10, 64); err == nil && id > 0 {
		return ID(s.ID)
	}
	return Target{}
}

// Addr is the session at an address, "ip:port" or "[ip6]:port". If the server
// has listed a session at this address for the caller, it is that session.
func Addr(addr string) Target { return Target{addr: addr} }

// Addrs is Addr for each of the addresses.
func Addrs(addrs ...string) []Target {
	targets := make([]Target, len(addrs))
	for i, addr := range addrs {
		targets[i] = Addr(addr)
	}
	return targets
}

// ID is the session with an id, a decimal number: the field id of the session
// information. Ids begin again when the node restarts. The real service does
// not kill by id.
func ID(id string) Target { return Target{id: id} }

// IsZero reports whether t names no session: that of a listed session that has
// neither an address nor an id.
func (t Target) IsZero() bool { return t == Target{} }

// String returns the address, or "id " and the id.
func (t Target) String() string {
	if t.id != "" {
		return "id " + t.id
	}
	return t.addr
}
