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

	Age, Idle       int64 // seconds
	Sub, PSub       int64
	Multi           int64 // commands in its transaction, -1 outside of one
	QBuf, QBufFree  int64 // bytes
	OBL, OLL, OMem  int64 // bytes, replies, bytes
	self, protected bool
}

// Protected tells that no call of this package kills the session: a replication
// link in either direction, one of Sentinel's, or the Node's own connection.
func (s *Session) Protected() bool { return s.protected || s.self }

// isReplication tells a replication link by its flags: S is a replica, M the
// primary. Links of an atomic slot migration have one of them as well on Redis,
// and are of a TYPE of their own on Valkey.
func (s *Session) isReplication() bool { return strings.ContainsAny(s.Flags, "SM") }

// isSentinel tells a Sentinel's link, which only the name does: sentinel-<id>-cmd
// and sentinel-<id>-pubsub.
func (s *Session) isSentinel() bool {
	return strings.HasPrefix(s.Name, "sentinel-") &&
		(strings.HasSuffix(s.Name, "-cmd") || strings.HasSuffix(s.Name, "-pubsub"))
}
