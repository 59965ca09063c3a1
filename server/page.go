package server

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// pageOf returns one page of all, which is sorted by id, and the number of sessions
// on all pages. It sorts indexes, because a session is large.
func pageOf(all []sessions.Session, p gen.ListClientsParams) (page []gen.ClientInfo, count int) {
	const defaultLimit = 10 // of the API's reference
	matches := make([]int32, 0, len(all))
	for i := range all {
		if strings.Contains(all[i].Addr, orZero(p.Addr)) {
			matches = append(matches, int32(i))
		}
	}
	sortIndexes(matches, all, orZero(p.Sort), orZero(p.Order) == gen.SortOrderDesc)

	limit := defaultLimit
	if p.Limit != nil {
		limit = int(*p.Limit)
	}
	from := min(int(orZero(p.Offset)), len(matches))
	to := min(from+limit, len(matches))
	page = make([]gen.ClientInfo, to-from) // never nil: its JSON must be [] and not null
	for i, index := range matches[from:to] {
		page[i] = clientInfo(&all[index])
	}
	return page, len(matches)
}

// sortIndexes sorts indexes, which are ascending, by a field of their sessions.
// Sessions with the same value stay in the order of their ids.
func sortIndexes(indexes []int32, all []sessions.Session, field gen.SortField, desc bool) {
	compare := comparisons[field]
	switch {
	case compare == nil && desc:
		slices.Reverse(indexes)
	case compare == nil:
	case desc:
		slices.SortFunc(indexes, func(a, b int32) int { return cmp.Or(compare(&all[b], &all[a]), int(a-b)) })
	default:
		slices.SortFunc(indexes, func(a, b int32) int { return cmp.Or(compare(&all[a], &all[b]), int(a-b)) })
	}
}

type comparison func(a, b *sessions.Session) int

// comparisons compare by each field of ClientInfo except id, the order of a listing.
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

// byAddr orders by IP address and port, so that 10.0.0.9 precedes 10.0.0.10. Unix
// sockets, whose address is a path, come first.
func byAddr(a, b *sessions.Session) int {
	return cmp.Or(a.Peer.Compare(b.Peer), strings.Compare(a.Addr, b.Addr))
}

func text(field func(*sessions.Session) string) comparison {
	return func(a, b *sessions.Session) int { return strings.Compare(field(a), field(b)) }
}

func number(field func(*sessions.Session) int64) comparison {
	return func(a, b *sessions.Session) int { return cmp.Compare(field(a), field(b)) }
}

// digits compares texts that contain a number.
func digits(field func(*sessions.Session) string) comparison {
	return number(func(s *sessions.Session) int64 {
		n, _ := strconv.ParseInt(field(s), 10, 64)
		return n
	})
}
