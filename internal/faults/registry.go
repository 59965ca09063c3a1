package faults

import (
	"net/netip"
	"sync"
	"time"
)

// A registry has the sessions of a node that the test opened since the current round
// began.
type registry struct {
	mu     sync.Mutex
	byName map[string]*Session
	byAddr map[netip.AddrPort][]*Session
	byID   map[int64][]*Session
}

func newRegistry() *registry {
	r := &registry{}
	r.clear()
	return r
}

func (r *registry) clear() {
	r.byName = map[string]*Session{}
	r.byAddr = map[netip.AddrPort][]*Session{}
	r.byID = map[int64][]*Session{}
}

// add also accepts a session that ended before its id was known.
func (r *registry) add(s *Session) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.put(s)
}

func (r *registry) put(s *Session) {
	r.byAddr[s.Addr] = append(r.byAddr[s.Addr], s)
	if s.ID != 0 {
		r.byName[s.Name] = s
		r.byID[s.ID] = append(r.byID[s.ID], s)
	}
}

// finish records the end of a session.
func (r *registry) finish(s *Session, how endReason) {
	r.mu.Lock()
	defer r.mu.Unlock()
	s.end, s.ended = how, time.Now()
}

// forget removes the sessions that have ended.
func (r *registry) forget() {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := r.byAddr
	r.clear()
	for _, sessions := range all {
		for _, s := range sessions {
			if s.end == connected {
				r.put(s)
			}
		}
	}
}
