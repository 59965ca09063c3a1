package sessions

import "net/netip"

// A Session is one client of a node, as CLIENT LIST reports it. Fields that the
// server's version does not report are zero.
type Session struct {
	ID     int64 // unique on its node until the node restarts
	Addr   string
	Peer   netip.AddrPort // Addr in canonical form; zero for a Unix socket
	FD     string
	Name   string
	Cmd    string
	User   string
	DB     string
	Flags  string // "N" if none is set
	Events string

	Age, Idle      int64 // seconds
	Sub, PSub      int64
	Multi          int64 // commands in its transaction, -1 outside of one
	QBuf, QBufFree int64 // bytes
	OBL, OLL, OMem int64 // bytes, replies, bytes
	self           bool
	protection     Protection
}
