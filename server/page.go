package server

import (
	"cmp"
	"slices"
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

// pageOf picks one page of all, which come by id, and tells how many there are
// in all of its pages. It orders indexes, for a row is large.
func pageOf(all []sessions.Session, p gen.ListClientsParams) (page []gen.ClientInfo, count int) {
	const usual = 10 // of the reference
	chosen := make([]int32, 0, len(all))
	for i := range all {
		if strings.Contains(all[i].Addr, orZero(p.Addr)) {
			chosen = append(chosen, int32(i))
		}
	}
	order(all, chosen, orZero(p.Sort), orZero(p.Order) == gen.SortOrderDesc)

	limit := usual
	if p.Limit != nil {
		limit = int(*p.Limit)
	}
	from := min(int(orZero(p.Offset)), len(chosen))
	to := min(from+limit, len(chosen))
	page = make([]gen.ClientInfo, to-from) // never nil: clients must be [] and not null
	for i, at := range chosen[from:to] {
		page[i] = clientInfo(&all[at])
	}
	return page, len(chosen)
}

// order sorts chosen, which is ascending, by a field of its sessions; those that
// are equal in it stay by id.
func order(all []sessions.Session, chosen []int32, field gen.SortField, desc bool) {
	compare := comparisons[field]
	switch {
	case compare == nil && desc:
		slices.Reverse(chosen)
	case compare == nil:
	case desc:
		slices.SortFunc(chosen, func(a, b int32) int { return or(compare(&all[b], &all[a]), a-b) })
	default:
		slices.SortFunc(chosen, func(a, b int32) int { return or(compare(&all[a], &all[b]), a-b) })
	}
}

func or(c int, otherwise int32) int {
	if c != 0 {
		return c
	}
	return int(otherwise)
}
