package sessions

import (
	"context"
	"errors"
	"net/netip"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	// few is up to how many addresses that were not listed are killed without
	// listing all sessions. Of 10,000 sessions a list costs the node 10 to 14 ms
	// at one go, and one kill by address 0.13 ms, with others served in between.
	few = 150
	// page is how many sessions are asked for by their ids at one go: 64 of
	// 10,000 cost the node 0.17 ms, and 0.26 on Valkey from 8.1.
	page = 64
)

// A sight is what is known of a node's sessions right before a kill.
type sight struct {
	at     time.Time
	run    uint64
	byID   map[int64]*Session
	byPeer map[netip.AddrPort]*Session
	whole  bool // an address that is not in it has no session
}

func (c *call) newSight() *sight {
	return &sight{time.Now(), c.run, map[int64]*Session{}, map[netip.AddrPort]*Session{}, false}
}

// look finds out which of the targets must live, and where the listed ones are.
//
// The listed ones are asked for by their ids: a session may have become a link
// of Sentinel's since, which nothing but its name shows. Of the others, if they
// are few, it asks for the links alone, which are of a type of their own: all
// but Sentinel's command links, so where there is a Sentinel it lists all.
func (c *call) look(ctx context.Context, targets []Target) (*sight, error) {
	var ids []any
	for _, t := range targets {
		if t.id > 0 {
			ids = append(ids, t.id)
		}
	}
	s := c.newSight()
	if others := len(targets) - len(ids); others <= few {
		sentinel, err := false, c.addIDs(ctx, s, ids)
		if err == nil && others > 0 {
			sentinel, err = c.addLinks(ctx, s)
		}
		switch {
		case err == nil && !sentinel:
			return s, nil
		case err != nil && !isReply(err):
			return nil, err
		}
	}
	list, err := c.list(ctx)
	s.add(list)
	s.whole = true
	return s, err
}

// addIDs adds those of the ids that are there.
func (c *call) addIDs(ctx context.Context, s *sight, ids []any) error {
	for some := range slices.Chunk(ids, page) {
		list, err := c.list(ctx, append([]any{"ID"}, some...)...)
		if err != nil {
			return err
		}
		s.add(list)
	}
	return nil
}

// addLinks adds replication's and this connection's links, and the subscribers.
func (c *call) addLinks(ctx context.Context, s *sight) (sentinel bool, err error) {
	for _, filter := range [][]any{{"TYPE", "master"}, {"TYPE", "replica"}, {"TYPE", "pubsub"}, {"ID", c.self}} {
		list, err := c.list(ctx, filter...)
		if err != nil {
			return false, err
		}
		s.add(list)
		sentinel = sentinel || slices.ContainsFunc(list, func(s Session) bool { return s.isSentinel() })
	}
	return sentinel, nil
}

func (s *sight) add(list []Session) {
	for i := range list {
		r := &list[i]
		s.byID[r.ID] = r
		if r.Peer.IsValid() {
			s.byPeer[r.Peer] = r
		}
	}
}

// find returns the session of a target, nil if there is none or it is not
// known, and whether it is gone.
func (s *sight) find(t Target) (r *Session, gone bool) {
	if t.id == 0 {
		r = s.byPeer[t.Addr]
		return r, r == nil && s.whole
	}
	if r = s.byID[t.id]; r != nil && t.is(r, s.at, s.run) {
		return r, false
	}
	return nil, true
}

// isReply tells that the server did answer; one before 6.2 knows no LIST ID.
func isReply(err error) bool {
	var reply redis.Error
	return errors.As(err, &reply)
}
