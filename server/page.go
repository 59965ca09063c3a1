package server

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

type comparison func(a, b *sessions.Session) int

// comparisons has every field of ClientInfo but id, by which sessions come.
var comparisons = map[gen.SortField]comparison{
	gen.SortFieldAddr: byAddr,
	gen.SortFieldPeer: byAddr,
	gen.SortFieldFd:   digits(func(s *sessions.Session) string { return s.FD }),
	gen.SortFieldDB:   digits(func(s *sessions.Session) string { return s.DB }),

	gen.SortFieldName:    text(func(s *sessions.Session) string { return s.Name }),
	gen.SortFieldCmd:     text(func(s *sessions.Session) string { return s.Cmd }),
	gen.SortFieldFlags:   text(func(s *sessions.Session) string { return s.Flags }),
	gen.SortFieldEvents:  text(func(s *sessions.Session) string { return s.Events }),
	gen.SortFieldUser:    text(func(s *sessions.Session) string { return s.User }),
	gen.SortFieldNetwork: text(network),

	gen.SortFieldAge:      number(func(s *sessions.Session) int64 { return s.Age }),
	gen.SortFieldIdle:     number(func(s *sessions.Session) int64 { return s.Idle }),
	gen.SortFieldSub:      number(func(s *sessions.Session) int64 { return s.Sub }),
	gen.SortFieldPsub:     number(func(s *sessions.Session) int64 { return s.PSub }),
	gen.SortFieldMulti:    number(func(s *sessions.Session) int64 { return s.Multi }),
	gen.SortFieldQbuf:     number(func(s *sessions.Session) int64 { return s.QBuf }),
	gen.SortFieldQbufFree: number(func(s *sessions.Session) int64 { return s.QBufFree }),
	gen.SortFieldObl:      number(func(s *sessions.Session) int64 { return s.OBL }),
	gen.SortFieldOll:      number(func(s *sessions.Session) int64 { return s.OLL }),
	gen.SortFieldOmem:     number(func(s *sessions.Session) int64 { return s.OMem }),
}

// byAddr orders addresses as addresses, 10.0.0.9 before 10.0.0.10, after those
// of Unix sockets, which are paths.
func byAddr(a, b *sessions.Session) int {
	return cmp.Or(a.Peer.Compare(b.Peer), strings.Compare(a.Addr, b.Addr))
}

func text(field func(*sessions.Session) string) comparison {
	return func(a, b *sessions.Session) int { return strings.Compare(field(a), field(b)) }
}

func number(field func(*sessions.Session) int64) comparison {
	return func(a, b *sessions.Session) int { return cmp.Compare(field(a), field(b)) }
}

// digits orders texts that are numbers.
func digits(field func(*sessions.Session) string) comparison {
	return number(func(s *sessions.Session) int64 {
		n, _ := strconv.ParseInt(field(s), 10, 64)
		return n
	})
}
