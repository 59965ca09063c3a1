package faults

import (
	"net/netip"
	"time"
)

// An index finds who asked for a session.
type index struct {
	byName map[string][]*exchange
	byAddr map[netip.AddrPort][]*exchange
	byID   map[int64][]*exchange
	all    []*exchange
	closed time.Time // the round
}

// newIndex leaves out the exchanges whose answer says that nothing was killed.
func newIndex(exchanges []*exchange, closed time.Time) *index {
	x := &index{map[string][]*exchange{}, map[netip.AddrPort][]*exchange{}, map[int64][]*exchange{}, nil, closed}
	for _, e := range exchanges {
		if e.nothing() {
			continue
		}
		if e.all {
			x.all = append(x.all, e)
		}
		for _, a := range e.asks {
			switch {
			case e.shown(a):
				x.byName[a.listed] = append(x.byName[a.listed], e)
			case a.addr.IsValid():
				x.byAddr[a.addr] = append(x.byAddr[a.addr], e)
			default:
				x.byID[a.id] = append(x.byID[a.id], e)
			}
		}
	}
	return x
}

// askers returns the exchanges that may have killed the session: those that
// meant it and had begun before its end, and of those that meant whoever is
// there, those whose kills were not over before it came.
func (x *index) askers(s *Session) map[*exchange]bool {
	found := map[*exchange]bool{}
	if s.protected() {
		return found
	}
	for _, e := range x.byName[s.Name] {
		if e.began.Before(s.ended) {
			found[e] = true
		}
	}
	for _, some := range [][]*exchange{x.byAddr[s.Addr], x.byID[s.ID], x.all} {
		for _, e := range some {
			if s.overlaps(e.began, e.closes(x.closed)) {
				found[e] = true
			}
		}
	}
	return found
}

// judgeEnds finds the sessions that the node closed and nobody asked for.
func (j *judge) judgeEnds(x *index) {
	j.reg.mu.Lock()
	var wrong []*Session
	for _, s := range j.reg.byName {
		if s.end == byNode && len(x.askers(s)) == 0 {
			wrong = append(wrong, s)
		}
	}
	j.reg.mu.Unlock()
	for _, s := range wrong {
		j.breach(wrongKill, nil, "%s at %v with id %d, %v old, was closed by the node and nobody asked for it", s.Name, s.Addr, s.ID, s.ended.Sub(s.began).Round(time.Millisecond))
	}
}
