package sessions

import (
	"net/netip"
	"strings"
)

// A Session is one client of a node, as CLIENT LIST has it. What a server's
// version does not tell is zero.
type Session struct {
	ID     int64 // of its node, until the node restarts
	Addr   string
	Peer   netip.AddrPort // Addr, canonical; zero for a Unix socket
	FD     string
	Name   string
	Cmd    string
	User   string
	DB     string
	Flags  string // N when none is set
	Events string

	Age, Idle      int64 // seconds
	Sub, PSub      int64
	Multi          int64 // commands in its transaction, -1 outside of one
	QBuf, QBufFree int64 // bytes
	OBL, OLL, OMem int64 // bytes, replies, bytes
	self           bool
	protection     Protection
}

// A Protection is why no call of this package kills a session.
type Protection string

// The protections.
const (
	Unprotected   Protection = ""
	Replication   Protection = "replication"    // a link to a replica or to the primary
	Sentinel      Protection = "sentinel"       // a link of Sentinel's
	SlotMigration Protection = "slot-migration" // a link that moves slots of a cluster
	Self          Protection = "self"           // the Node's own connection
)

// Protection returns why no call of this package kills the session, Unprotected
// where one may.
func (s *Session) Protection() Protection {
	if s.self {
		return Self
	}
	return s.protection
}

// Protected reports whether the session has a Protection.
func (s *Session) Protected() bool { return s.Protection() != Unprotected }

// slotFlags are of the links that move slots: i and E on Valkey 9, which imports
// and exports, o and g on Redis 8.4. Before that i was of virtual memory, which
// ended with Redis 2.4.
const slotFlags = "iEog"

// protectionOf reads the flags: S is a replica, M the primary. A Sentinel's link
// is known by nothing but its name.
func protectionOf(s *Session) Protection {
	switch {
	case strings.ContainsAny(s.Flags, slotFlags):
		return SlotMigration
	case strings.ContainsAny(s.Flags, "SM"):
		return Replication
	case s.isSentinel():
		return Sentinel
	default:
		return Unprotected
	}
}

// isSentinel reports whether the name is one that Sentinel gives to its links:
// sentinel-<id>-cmd and sentinel-<id>-pubsub.
func (s *Session) isSentinel() bool {
	return strings.HasPrefix(s.Name, "sentinel-") &&
		(strings.HasSuffix(s.Name, "-cmd") || strings.HasSuffix(s.Name, "-pubsub"))
}
