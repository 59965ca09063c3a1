package main

import (
	"cmp"
	"net/netip"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
)

// A session is one of the API's, and the node that it is on.
type session struct {
	Node string `json:"node_id"`
	gen.ClientInfo
}

// address is that of its peer, which the API leaves out for the nodes of a proxy.
func (s *session) address() string { return cmp.Or(value(s.Peer), s.Addr) }

// peer is the address, canonical. It is zero for what cannot be killed by it,
// such as a Unix socket.
func (s *session) peer() netip.AddrPort { return parsePeer(s.address()) }

// target is what it is killed by; zero if there is nothing.
func (s *session) target() client.Target { return client.Session(s.ClientInfo) }

// protection is why the server would not kill it, as the server says; empty if
// it would.
func (s *session) protection() string {
	switch {
	case value(s.Protection) != "":
		return string(*s.Protection)
	case value(s.Protected):
		return "protected"
	}
	return ""
}

// reasons say of each protection what the session is.
var reasons = map[string]string{
	"replication":    "a replication link",
	"sentinel":       "named as a Sentinel's link is: sentinel-…-cmd or sentinel-…-pubsub",
	"slot-migration": "a slot-migration link",
	"self":           "the API server's own connection",
}

// value is what an optional field has, or its zero value.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
