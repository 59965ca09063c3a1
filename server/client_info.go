package server

import (
	"math"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// clientInfo returns the API's form of a session.
func clientInfo(s *sessions.Session) gen.ClientInfo {
	addr := clean(s.Addr)
	return gen.ClientInfo{
		ID:         strconv.FormatInt(s.ID, 10),
		Addr:       addr,
		Peer:       addr,
		Fd:         clean(s.FD),
		Name:       clean(s.Name),
		Cmd:        clean(s.Cmd),
		DB:         clean(s.DB),
		Flags:      clean(s.Flags),
		Events:     clean(s.Events),
		Network:    network(s),
		User:       clean(s.User),
		Protected:  s.Protected(),
		Protection: gen.ClientInfoProtection(s.Protection()),
		Age:        counter(s.Age),
		Idle:       counter(s.Idle),
		Sub:        counter(s.Sub),
		Psub:       counter(s.PSub),
		Multi:      max(-1, clamp(s.Multi)),
		Qbuf:       counter(s.QBuf),
		QbufFree:   counter(s.QBufFree),
		Obl:        counter(s.OBL),
		Oll:        counter(s.OLL),
		Omem:       counter(s.OMem),
	}
}

// network returns the API's name of the session's network. It uses the flags, because
// the address of a Unix socket may be any path.
func network(s *sessions.Session) string {
	if strings.Contains(s.Flags, "U") {
		return "unix"
	}
	return "tcp"
}

// counter limits n to a non-negative int32, because the API's clients read 32 bits.
func counter(n int64) int32 { return max(0, clamp(n)) }

func clamp(n int64) int32 { return int32(min(max(n, math.MinInt32), math.MaxInt32)) }

// maxText is how many bytes of a text the API shows. A Redis client may choose a name
// of megabytes, and a page of sessions must stay readable.
const maxText = 1024

// clean shortens s to maxText and replaces bytes that JSON cannot carry: invalid UTF-8,
// for example in the name of a user, and NUL, which some readers reject.
func clean(s string) string {
	if len(s) <= maxText && utf8.ValidString(s) && strings.IndexByte(s, 0) < 0 {
		return s
	}
	cut := s[:min(len(s), maxText)]
	return strings.ReplaceAll(strings.ToValidUTF8(cut, "\uFFFD"), "\x00", "\uFFFD")
}
