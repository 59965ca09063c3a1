package main

import (
	"cmp"
	"net/netip"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// A session is one of the API's, and the node that it is on.
type session struct {
	Node string `json:"node_id"`
	gen.ClientInfo
}

// address is what the session is killed by: its peer, which the API leaves out
// for the nodes of a proxy.
func (s *session) address() string { return cmp.Or(value(s.Peer), s.Addr) }

// peer is the address, canonical: IPv4 may come mapped into IPv6. It is zero for
// what cannot be killed by it, such as a Unix socket.
func (s *session) peer() netip.AddrPort { return parsePeer(s.address()) }

func parsePeer(text string) netip.AddrPort {
	peer, err := netip.ParseAddrPort(text)
	if err != nil || peer.Addr().Zone() != "" || peer.Port() == 0 {
		return netip.AddrPort{}
	}
	return netip.AddrPortFrom(peer.Addr().Unmap(), peer.Port())
}

// isProtected tells a session that must live: a replication link in either
// direction by its flags (S: a replica, M: the primary), one of Sentinel's by
// its name, or who was just listing, which is the server itself. The server
// refuses a kill that names one.
func (s *session) isProtected() bool {
	isSentinel := strings.HasPrefix(s.Name, "sentinel-") &&
		(strings.HasSuffix(s.Name, "-cmd") || strings.HasSuffix(s.Name, "-pubsub"))
	isLister := s.Idle == 0 && (s.Cmd == "client|list" || s.Cmd == "client") // the latter before Redis 7
	return strings.ContainsAny(s.Flags, "SM") || isSentinel || isLister
}

// value is what an optional field has, or its zero value.
func value[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
