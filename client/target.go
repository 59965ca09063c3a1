package client

// A Target says which session Kill kills: see [Session.Target], Addr and ID.
type Target struct{ addr, id string }

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

// ID is the session with an id, a decimal number: [Session.ID]. Ids begin again
// when the node restarts. The real service does not kill by id.
func ID(id string) Target { return Target{id: id} }

// IsZero reports whether t names no session: the target of a listed session that
// has neither an address nor an id.
func (t Target) IsZero() bool { return t == Target{} }

// String returns the address, or "id " and the id.
func (t Target) String() string {
	if t.id != "" {
		return "id " + t.id
	}
	return t.addr
}
