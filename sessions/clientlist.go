package sessions

import (
	"context"
	"net/netip"
	"slices"
	"strconv"
	"sync"
	"time"
)

const (
	// few is up to how many addresses that were not listed are killed on a large
	// server without listing all sessions. Of 10,000 sessions a list costs the
	// node 10 to 14 ms at one go, and one kill by address 0.13 ms, with others
	// served in between.
	few = 150
	// page is how many sessions are asked for by their ids at one go: 64 of
	// 10,000 cost the node 0.17 ms, and 0.26 on Valkey from 8.1.
	page = 64
	// small is how many sessions a server has whose list takes no longer than a
	// chunk of kills may: it is then always asked for, because nothing else shows
	// at one moment who is where.
	small = 256
	// recent is how long a list of all sessions tells that there are many and that
	// none has a Sentinel's name.
	recent = 10 * time.Second
	// watched is how long all are listed once a Sentinel was seen: nothing but its
	// name shows its command link, and the other link may be missing for a while.
	watched = 10 * time.Minute
)

// A question is which sessions are to be looked at: all, or the links that must
// live and those with some ids.
type question struct {
	all   bool
	links bool
	ids   []int64
}

func (q *question) any() bool { return q.all || q.links || len(q.ids) > 0 }

// add makes one question of two, unless it would be too long.
func (q *question) add(other *question) bool {
	if len(q.ids) > 0 && len(q.ids)+len(other.ids) > 2*page {
		return false
	}
	q.all, q.links = q.all || other.all, q.links || other.links
	q.ids = append(q.ids, other.ids...)
	return true
}

// A look is what is known of a node's sessions at one time. Calls that asked in
// the same round share it, and do not change it.
type look struct {
	run      string
	self     int64
	whole    bool // what is not in it is not there
	sentinel bool // a Sentinel watches the node
	sessions []Session
	err      error // the first that the server answered

	index  sync.Once
	byID   map[int64]*Session
	byPeer map[netip.AddrPort][]*Session
}

func (l *link) newLook(q question) *look {
	return &look{run: l.run, self: l.self, whole: q.all || !l.listsIDs}
}

// look adds the commands that answer q.
func (r *round) look(l *link, q question) {
	list := func(filter ...string) {
		r.add(slices.Concat([]string{"CLIENT", "LIST"}, filter), r.seen.add)
	}
	if r.seen.whole {
		list()
		return
	}
	if q.links {
		list("TYPE", "master")
		list("TYPE", "replica")
		list("TYPE", "pubsub")
		if !l.noFlags { // slot-migration links are of no type that can be asked for
			for _, flag := range slotFlags {
				r.add([]string{"CLIENT", "LIST", "FLAGS", string(flag)}, func(p reply) {
					if p.err != nil {
						l.noFlags = true // it has no such links either
						return
					}
					r.seen.add(p)
				})
			}
		}
		list("ID", strconv.FormatInt(l.self, 10))
	}
	for ids := range slices.Chunk(q.ids, page) {
		filter := []string{"ID"}
		for _, id := range ids {
			filter = append(filter, strconv.FormatInt(id, 10))
		}
		list(filter...)
	}
}

// add takes the reply to a CLIENT LIST.
func (s *look) add(p reply) {
	if p.err != nil {
		if s.err == nil {
			s.err = p.err
		}
		return
	}
	rows := parseList(p.text)
	for i := range rows {
		rows[i].self = rows[i].ID == s.self
		s.sentinel = s.sentinel || rows[i].isSentinel()
	}
	if s.sessions == nil {
		s.sessions = rows
	} else {
		s.sessions = append(s.sessions, rows...)
	}
}

// join makes one look of several that are not whole.
func join(looks []*look) *look {
	if len(looks) == 1 {
		return looks[0]
	}
	all := &look{run: looks[0].run, self: looks[0].self}
	for _, s := range looks {
		all.sessions = append(all.sessions, s.sessions...)
		all.sentinel = all.sentinel || s.sentinel
	}
	return all
}

func (s *look) makeIndex() {
	s.index.Do(func() {
		s.byID = make(map[int64]*Session, len(s.sessions))
		s.byPeer = make(map[netip.AddrPort][]*Session, len(s.sessions))
		for i := range s.sessions {
			r := &s.sessions[i]
			if s.byID[r.ID] != nil { // of two lists
				continue
			}
			s.byID[r.ID] = r
			if r.Peer.IsValid() {
				s.byPeer[r.Peer] = append(s.byPeer[r.Peer], r)
			}
		}
	})
}

// withID returns the session with an id, nil if there is none.
func (s *look) withID(id int64) *Session {
	s.makeIndex()
	return s.byID[id]
}

// at returns the sessions at an address: more than one where one has left that
// the server has not noticed, or where the server has two addresses.
func (s *look) at(peer netip.AddrPort) []*Session {
	s.makeIndex()
	return s.byPeer[peer]
}

// isLarge reports whether a list of all sessions would hold up others.
func (l *link) isLarge() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.listsIDs && l.clients > small && time.Since(l.listed) < recent && (l.watchedAt.IsZero() || time.Since(l.watchedAt) > watched)
}

// look answers a question. Where the server cannot, it lists all sessions.
func (l *link) look(ctx context.Context, q question) (*look, error) {
	var looks []*look
	for first := true; first || len(q.ids) > 0; first = false {
		part := q
		part.ids = q.ids[:min(page, len(q.ids))]
		part.links = q.links && first
		q.ids = q.ids[len(part.ids):]
		c := &call{question: &part}
		if err := l.do(ctx, c); err != nil {
			return nil, err
		}
		if c.seen.whole {
			return c.seen, nil
		}
		looks = append(looks, c.seen)
	}
	return join(looks), nil
}

// kill sends kills and waits for what became of them.
func (l *link) kill(ctx context.Context, orders []*order) error {
	return l.do(ctx, &call{orders: orders, todo: orders})
}
