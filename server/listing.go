package server

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jellydator/ttlcache/v3"
	"golang.org/x/sync/singleflight"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

const (
	shownTime = 10 * time.Minute // how long an address means the session that was listed there
	pageTime  = time.Minute      // between two pages of a list
	pagesTime = 10 * time.Minute // from the first page of a list to its last

	// maxRows and maxShown bound the memory of all callers together, in
	// sessions: a row takes about 600 bytes, and what a kill needs 32.
	maxRows  = 100_000
	maxShown = 2_000_000
)

// A lister is a node whose sessions are read: a *sessions.Node.
type lister interface {
	List(ctx context.Context) (*sessions.Listing, error)
}

// A listingKey says whose listing it is. Callers do not share listings: one
// that scans must not decide what another is shown.
type listingKey struct {
	node   lister
	caller string
}

// listings keeps what was read of nodes: the rows for a minute, for the pages of
// a list, which then agree with each other; and for ten minutes what a kill
// needs, which then hits the sessions that its caller was shown. Of too many
// sessions it forgets those that were used the longest time ago.
type listings struct {
	rows  *ttlcache.Cache[listingKey, rows]
	shown *ttlcache.Cache[listingKey, *sessions.Snapshot]

	readings singleflight.Group
	turns    sync.Map // lister → chan struct{}, which holds one value while the node is read
}

type rows struct {
	*sessions.Listing
	snapshot *sessions.Snapshot
	scanned  bool
}

func newListings() *listings {
	l := &listings{
		rows: ttlcache.New(
			ttlcache.WithDisableTouchOnHit[listingKey, rows](),
			ttlcache.WithMaxCost(maxRows, func(i ttlcache.CostItem[listingKey, rows]) uint64 {
				return uint64(len(i.Value.Sessions))
			})),
		shown: ttlcache.New(
			ttlcache.WithDisableTouchOnHit[listingKey, *sessions.Snapshot](),
			ttlcache.WithMaxCost(maxShown, func(i ttlcache.CostItem[listingKey, *sessions.Snapshot]) uint64 {
				return uint64(i.Value.Len())
			})),
	}
	go l.rows.Start()
	go l.shown.Start()
	return l
}

func (l *listings) close() {
	l.rows.Stop()
	l.shown.Stop()
}

// scan reads the node's sessions and keeps them for the caller's pages. Where
// an earlier scan's are kept it keeps those, unless they are to be read again.
func (l *listings) scan(node lister, caller string, again bool) error {
	key := listingKey{node, caller}
	if kept := l.rows.Get(key); kept != nil && kept.Value().scanned && !again {
		return nil
	}
	listing, err := l.read(node)
	if err != nil {
		return err
	}
	l.rows.Set(key, rows{listing, listing.Snapshot(), true}, pageTime)
	return nil
}

// list returns the sessions that a page is of, and notes that the caller is
// shown them. The first page is the caller's scan, or else read now.
func (l *listings) list(node lister, caller string, first bool) (*sessions.Listing, error) {
	key := listingKey{node, caller}
	var page rows
	if kept := l.rows.Get(key); kept != nil && (kept.Value().scanned || !first) {
		page = kept.Value()
	} else {
		listing, err := l.read(node)
		if err != nil {
			return nil, err
		}
		page = rows{listing, listing.Snapshot(), false}
	}
	// the next page may come as late again
	if left := time.Until(page.At.Add(pagesTime)); left > 0 {
		l.rows.Set(key, page, min(pageTime, left))
	}
	l.shown.Set(key, page.snapshot, shownTime)
	return page.Listing, nil
}

// shownTo returns what the caller was shown of the node last, nil where that is
// nothing, or too long ago.
func (l *listings) shownTo(node lister, caller string) *sessions.Snapshot {
	if kept := l.shown.Get(listingKey{node, caller}); kept != nil {
		return kept.Value()
	}
	return nil
}

// read reads the node's sessions. Callers that wait for a node at the same time
// share a reading, but nobody is given one that began before the call. It is
// not cut short when its caller leaves, because others may wait for it. The wait
// for an earlier reading is a part of the call's time.
func (l *listings) read(node lister) (*sessions.Listing, error) {
	id := fmt.Sprintf("%p", node)
	listing, err, _ := l.readings.Do(id, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.Background(), nodeTime)
		defer cancel()
		kept, _ := l.turns.LoadOrStore(node, make(chan struct{}, 1))
		turn := kept.(chan struct{})
		select {
		case turn <- struct{}{}:
			defer func() { <-turn }()
		case <-ctx.Done(): // List then says so
		}
		l.readings.Forget(id) // who comes from here on needs a later reading
		return node.List(ctx)
	})
	if err != nil {
		return nil, err
	}
	return listing.(*sessions.Listing), nil
}
