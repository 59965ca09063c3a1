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
	// maxUnlisted is how many addresses that were never listed are killed on a
	// large server without listing all its sessions. With 10,000 sessions a list
	// blocks the node for 10 to 14 ms, and one kill by address for 0.13 ms, with
	// other clients served in between.
	maxUnlisted = 150
	// listBatch is how many sessions one CLIENT LIST asks for by id: 64 of 10,000
	// take the node 0.17 ms, or 0.26 ms on Valkey from 8.1.
	listBatch = 64
	// smallServer is how many sessions can be listed in the time of one chunk of
	// kills. A server with at most so many is always listed completely, because
	// only a complete list shows all sessions at one moment.
	smallServer = 256
	// listMaxAge is how long a complete list is evidence that the server is large
	// and that no Sentinel watches it.
	listMaxAge = 10 * time.Second
	// sentinelMemory is how long all sessions are listed after a Sentinel was seen:
	// only its name identifies its command link, and its other link may be missing
	// for a while.
	sentinelMemory = 10 * time.Minute
)

// A listQuery says which sessions to list: all, or those with some ids and the
// links that must live.
type listQuery struct {
	all   bool
	links bool
	ids   []int64
}

func (q *listQuery) any() bool { return q.all || q.links || len(q.ids) > 0 }

// merge adds other to q, unless the result would be too long.
func (q *listQuery) merge(other *listQuery) bool {
	if len(q.ids) > 0 && len(q.ids)+len(other.ids) > 2*listBatch {
		return false
	}
	q.all, q.links = q.all || other.all, q.links || other.links
	q.ids = append(q.ids, other.ids...)
	return true
}

// A clientList holds the sessions that CLIENT LIST returned in one pipeline. All
// requests of the pipeline share it, and nobody changes it.
type clientList struct {
	runID    string
	ownID    int64
	complete bool // a session that is not in it is not connected
	sentinel bool // a Sentinel watches the node
	sessions []Session
	err      error // the first error reply

	indexed sync.Once
	byID    map[int64]*Session
	byAddr  map[netip.AddrPort][]*Session
}

func (c *conn) newClientList(q listQuery) *clientList {
	return &clientList{runID: c.runID, ownID: c.id, complete: q.all || !c.listsByID}
}

// addLists adds the commands for q, which fill p.list. They go out in one
// pipeline, so that the list takes one round trip.
func (p *pipeline) addLists(c *conn, q listQuery) {
	add := func(filter ...string) {
		p.add(slices.Concat([]string{"CLIENT", "LIST"}, filter), p.list.add)
	}
	if p.list.complete {
		add()
		return
	}
	if q.links {
		add("TYPE", "master")
		add("TYPE", "replica")
		add("TYPE", "pubsub")
		if !c.noListFlags { // CLIENT LIST TYPE does not know slot-migration links
			for _, flag := range slotFlags {
				p.add([]string{"CLIENT", "LIST", "FLAGS", string(flag)}, func(v reply) {
					if v.err != nil {
						c.noListFlags = true // such a server has no such links either
						return
					}
					p.list.add(v)
				})
			}
		}
		add("ID", strconv.FormatInt(c.id, 10))
	}
	for ids := range slices.Chunk(q.ids, listBatch) {
		filter := []string{"ID"}
		for _, id := range ids {
			filter = append(filter, strconv.FormatInt(id, 10))
		}
		add(filter...)
	}
}

// add adds the reply to one CLIENT LIST.
func (l *clientList) add(v reply) {
	if v.err != nil {
		if l.err == nil {
			l.err = v.err
		}
		return
	}
	rows := parseList(v.text)
	for i := range rows {
		rows[i].self = rows[i].ID == l.ownID
		l.sentinel = l.sentinel || rows[i].isSentinel()
	}
	if l.sessions == nil {
		l.sessions = rows
	} else {
		l.sessions = append(l.sessions, rows...)
	}
}

// mergeLists merges lists that are not complete.
func mergeLists(lists []*clientList) *clientList {
	if len(lists) == 1 {
		return lists[0]
	}
	merged := &clientList{runID: lists[0].runID, ownID: lists[0].ownID}
	for _, l := range lists {
		merged.sessions = append(merged.sessions, l.sessions...)
		merged.sentinel = merged.sentinel || l.sentinel
	}
	return merged
}

func (l *clientList) index() {
	l.indexed.Do(func() {
		l.byID = make(map[int64]*Session, len(l.sessions))
		l.byAddr = make(map[netip.AddrPort][]*Session, len(l.sessions))
		for i := range l.sessions {
			s := &l.sessions[i]
			if l.byID[s.ID] != nil { // two replies have it
				continue
			}
			l.byID[s.ID] = s
			if s.Peer.IsValid() {
				l.byAddr[s.Peer] = append(l.byAddr[s.Peer], s)
			}
		}
	})
}

// withID returns the session with an id, or nil if there is none.
func (l *clientList) withID(id int64) *Session {
	l.index()
	return l.byID[id]
}

// at returns the sessions at an address. There may be several: the server may
// not have noticed yet that one has left, or it has two addresses itself.
func (l *clientList) at(addr netip.AddrPort) []*Session {
	l.index()
	return l.byAddr[addr]
}

// isLarge reports whether a complete list would hold up other clients.
func (c *conn) isLarge() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.listsByID && c.clientCount > smallServer && time.Since(c.listedAt) < listMaxAge &&
		(c.sentinelSeen.IsZero() || time.Since(c.sentinelSeen) > sentinelMemory)
}

// list returns the sessions of q, or a complete list if the server cannot list
// them alone.
func (c *conn) list(ctx context.Context, q listQuery) (*clientList, error) {
	var lists []*clientList
	for first := true; first || len(q.ids) > 0; first = false {
		part := q
		part.ids = q.ids[:min(listBatch, len(q.ids))]
		part.links = q.links && first
		q.ids = q.ids[len(part.ids):]
		r := &request{query: &part}
		if err := c.do(ctx, r); err != nil {
			return nil, err
		}
		if r.list.complete {
			return r.list, nil
		}
		lists = append(lists, r.list)
	}
	return mergeLists(lists), nil
}
