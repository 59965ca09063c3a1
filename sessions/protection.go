package sessions

import "strings"

// A Protection is the reason why this package never kills a session.
type Protection string

// The protections.
const (
	Unprotected   Protection = ""
	Replication   Protection = "replication"    // the link to a replica or to the primary
	Sentinel      Protection = "sentinel"       // a Sentinel's link
	SlotMigration Protection = "slot-migration" // a link that moves slots of a cluster
	Self          Protection = "self"           // the Node's own connection
)

// Protection returns why this package never kills the session, or [Unprotected].
func (s *Session) Protection() Protection {
	if s.self {
		return Self
	}
	return s.protection
}

// Protected reports whether the session has a [Protection].
func (s *Session) Protected() bool { return s.Protection() != Unprotected }

// slotFlags mark the links that move slots: i (import) and E (export) on Valkey
// 9, o and g on Redis 8.4. The flag i once marked virtual memory, which ended
// with Redis 2.4.
const slotFlags = "iEog"

// protectionOf reads the flags, where S is a replica and M the primary. Only its
// name identifies a Sentinel's link.
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

// isSentinel reports whether the name is one that a Sentinel gives to its links:
// sentinel-<id>-cmd or sentinel-<id>-pubsub.
func (s *Session) isSentinel() bool {
	return strings.HasPrefix(s.Name, "sentinel-") &&
		(strings.HasSuffix(s.Name, "-cmd") || strings.HasSuffix(s.Name, "-pubsub"))
}
