package sessions

import (
	"context"
	"errors"
	"net/netip"
	"strings"

	"github.com/redis/go-redis/v9"
)

// few is up to how many addresses are killed without listing all sessions. Of
// 10,000 sessions a list costs the node 10 to 14 ms at one go, and one kill by
// address 0.13 ms, with other clients served in between.
const few = 150

// A sight is what is known of a node's sessions before a kill.
type sight struct {
	rows  map[netip.AddrPort]row // those that matter to the kill
	whole bool                   // an address that is not in rows has no session
	self  int64                  // this connection's id
}

// look finds out which of the wanted sessions must live. For a few it asks for
// the links alone, which are of a type of their own: all but Sentinel's command
// links, so where there is a Sentinel it lists all sessions.
func look(ctx context.Context, conn *redis.Conn, wanted map[netip.AddrPort]struct{}) (*sight, error) {
	self, err := conn.ClientID(ctx).Result()
	if err != nil {
		return nil, err
	}
	s := &sight{rows: map[netip.AddrPort]row{}, self: self}
	if len(wanted) <= few {
		sentinel, err := s.addLinks(ctx, conn, wanted)
		var reply redis.Error // a server before 6.2 knows no LIST ID
		switch {
		case err == nil && !sentinel:
			return s, nil
		case err != nil && !errors.As(err, &reply):
			return nil, err
		}
	}
	s.whole = true
	_, err = s.add(ctx, conn, wanted)
	return s, err
}

// addLinks adds replication's and this connection's links, and the subscribers.
func (s *sight) addLinks(ctx context.Context, conn *redis.Conn, wanted map[netip.AddrPort]struct{}) (sentinel bool, err error) {
	for _, filter := range [][]any{{"TYPE", "master"}, {"TYPE", "replica"}, {"TYPE", "pubsub"}, {"ID", s.self}} {
		found, err := s.add(ctx, conn, wanted, filter...)
		if err != nil {
			return false, err
		}
		sentinel = sentinel || found
	}
	return sentinel, nil
}

// add adds the wanted ones of the sessions that CLIENT LIST has for filter, and
// tells whether one of all is a Sentinel's.
func (s *sight) add(ctx context.Context, conn *redis.Conn, wanted map[netip.AddrPort]struct{}, filter ...any) (sentinel bool, err error) {
	list, err := conn.Do(ctx, append([]any{"CLIENT", "LIST"}, filter...)...).Text()
	if err != nil {
		return false, err
	}
	for line := range strings.SplitSeq(list, "\n") {
		r, ok := parseRow(line)
		if !ok {
			continue
		}
		sentinel = sentinel || r.isSentinel()
		if _, ok := wanted[r.peer]; ok {
			s.rows[r.peer] = r
		}
	}
	return sentinel, nil
}
