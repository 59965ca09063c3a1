package client

import (
	"cmp"
	"encoding/json"
	"math"
	"net/netip"
	"strconv"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// A Session is a connection of a client to a node. What the server leaves out is
// zero. A count that the API's 32 bits cannot hold is 2147483647.
//
// Its JSON is that of the API.
type Session struct {
	ID   string // a decimal number, until the node restarts
	Addr string // of the client, as the server writes it: see AddrPort
	Peer string // the address that kills the session; empty for a node of a proxy
	Name string // that the client has set for itself
	User string // that the client has authenticated as

	Age  time.Duration // since the client connected, in whole seconds
	Idle time.Duration // since the client's last command, in whole seconds

	Cmd     string // the last command
	DB      string // the number of the current database
	Flags   string // N: none is set
	Events  string // of the socket: r, w
	Network string // such as tcp or unix
	FD      string // file descriptor of the socket

	Sub   int // channels that the client subscribes to
	PSub  int // patterns that the client subscribes to
	Multi int // commands in the transaction; -1 outside of one

	QBuf     int // length of the query buffer, in bytes
	QBufFree int // free space of the query buffer, in bytes
	OBL      int // length of the output buffer, in bytes
	OLL      int // replies in the output list
	OMem     int // memory of the output buffer and list, in bytes

	// Protected reports whether the server refuses to kill the session. A
	// server other than dcs-sessions does not say so.
	Protected bool

	// Protection is why: replication, sentinel, slot-migration or self.
	Protection string
}

// Address is the address of the session as text: Peer or, where that is empty,
// Addr.
func (s Session) Address() string { return cmp.Or(s.Peer, s.Addr) }

// AddrPort is the address of the session. It is zero for a session that has no
// IP address and port, such as that of a Unix socket.
func (s Session) AddrPort() netip.AddrPort {
	a, err := netip.ParseAddrPort(s.Address())
	if err != nil || a.Port() == 0 || a.Addr().Zone() != "" {
		return netip.AddrPort{}
	}
	return a
}

// Target is what Kill takes: the address of the session where it has one, or
// else its id, as for a Unix socket. A dcs-sessions server keeps for ten minutes
// what it listed for a caller, and kills that session and no other.
func (s Session) Target() Target {
	if s.AddrPort().IsValid() {
		return Addr(s.Address())
	}
	if id, err := strconv.ParseInt(s.ID, 10, 64); err == nil && id > 0 {
		return ID(s.ID)
	}
	return Target{}
}

// MarshalJSON returns the API's form.
func (s Session) MarshalJSON() ([]byte, error) {
	return json.Marshal(gen.ClientInfo{
		ID: s.ID, Addr: s.Addr, Peer: s.Peer, Name: s.Name, User: s.User,
		Age: int32s(int(s.Age / time.Second)), Idle: int32s(int(s.Idle / time.Second)),
		Cmd: s.Cmd, DB: s.DB, Flags: s.Flags, Events: s.Events, Network: s.Network, Fd: s.FD,
		Sub: int32s(s.Sub), Psub: int32s(s.PSub), Multi: int32s(s.Multi),
		Qbuf: int32s(s.QBuf), QbufFree: int32s(s.QBufFree), Obl: int32s(s.OBL), Oll: int32s(s.OLL), Omem: int32s(s.OMem),
		Protected: s.Protected, Protection: gen.ClientInfoProtection(s.Protection),
	})
}

// UnmarshalJSON reads the API's form.
func (s *Session) UnmarshalJSON(text []byte) error {
	var info gen.ClientInfo
	err := json.Unmarshal(text, &info)
	*s = sessionOf(&info)
	return err
}

func sessionOf(c *gen.ClientInfo) Session {
	return Session{
		ID: c.ID, Addr: c.Addr, Peer: c.Peer, Name: c.Name, User: c.User,
		Age: time.Duration(c.Age) * time.Second, Idle: time.Duration(c.Idle) * time.Second,
		Cmd: c.Cmd, DB: c.DB, Flags: c.Flags, Events: c.Events, Network: c.Network, FD: c.Fd,
		Sub: int(c.Sub), PSub: int(c.Psub), Multi: int(c.Multi),
		QBuf: int(c.Qbuf), QBufFree: int(c.QbufFree), OBL: int(c.Obl), OLL: int(c.Oll), OMem: int(c.Omem),
		Protected: c.Protected, Protection: string(c.Protection),
	}
}

// int32s bounds n to what the API holds.
func int32s(n int) int32 { return int32(max(math.MinInt32, min(n, math.MaxInt32))) }
