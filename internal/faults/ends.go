package faults

import (
	"net/netip"
	"time"
)

// A requestIndex finds the requests that meant a session.
type requestIndex struct {
	byName map[string][]*exchange
	byAddr map[netip.AddrPort][]*exchange
	byID   map[int64][]*exchange
	all    []*exchange
	closed time.Time // the end of the round
}

// newRequestIndex leaves out the exchanges whose response says that nothing was killed.
func newRequestIndex(exchanges []*exchange, closed time.Time) *requestIndex {
	index := &requestIndex{map[string][]*exchange{}, map[netip.AddrPort][]*exchange{}, map[int64][]*exchange{}, nil, closed}
	for _, e := range exchanges {
		if e.nothing() {
			continue
		}
		if e.all {
			index.all = append(index.all, e)
		}
		for _, a := range e.entries {
			switch {
			case e.shown(a):
				index.byName[a.listed] = append(index.byName[a.listed], e)
			case a.addr.IsValid():
				index.byAddr[a.addr] = append(index.byAddr[a.addr], e)
			default:
				index.byID[a.id] = append(index.byID[a.id], e)
			}
		}
	}
	return index
}

// requesters returns the exchanges that may have killed the session: those that listed
// it and began before its end, and those that meant any session at its address or with
// its id, if their kills were not complete before the session began.
func (index *requestIndex) requesters(s *Session) map[*exchange]bool {
	found := map[*exchange]bool{}
	if s.protected() {
		return found
	}
	for _, e := range index.byName[s.Name] {
		if e.began.Before(s.ended) {
			found[e] = true
		}
	}
	for _, sample := range [][]*exchange{index.byAddr[s.Addr], index.byID[s.ID], index.all} {
		for _, e := range sample {
			if s.overlaps(e.began, e.closes(index.closed)) {
				found[e] = true
			}
		}
	}
	return found
}

// checkEnds finds the sessions that the node closed although no request meant them.
func (ch *checker) checkEnds(index *requestIndex) {
	ch.reg.mu.Lock()
	var wrong []*Session
	for _, s := range ch.reg.byName {
		if s.end == byNode && len(index.requesters(s)) == 0 {
			wrong = append(wrong, s)
		}
	}
	ch.reg.mu.Unlock()
	for _, s := range wrong {
		ch.violation(wrongKill, nil, "%s at %v with id %d, %v old, was closed by the node, and no request meant it", s.Name, s.Addr, s.ID, s.ended.Sub(s.began).Round(time.Millisecond))
	}
}
