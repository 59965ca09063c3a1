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
	snapshotTime = 10 * time.Minute // how long an address means the session that was listed there
	pageTime     = time.Minute      // between two pages of a list
	pagesTime    = 10 * time.Minute // from the first page of a list to its last

	// The limits bound the memory for all callers together. They are in sessions: a
	// row takes about 600 bytes, and a session in a snapshot 32.
	maxRows      = 100_000
	maxSnapshots = 2_000_000
)

// A lister is a node: a *sessions.Node, except in tests.
type lister interface {
	List(ctx context.Context) (*sessions.Listing, error)
}

// A listingKey identifies the listing of one node for one caller. Callers do not share
// listings, because a scan of one must not change what another sees.
type listingKey struct {
	node   lister
	caller string
}

// listings caches listings of nodes. It keeps the rows for a minute, so that the pages
// of a list are consistent with each other, and a snapshot for ten minutes, so that a
// kill reaches the sessions that its caller has seen. If there are too many sessions,
// it drops the least recently used listings.
type listings struct {
	rows      *ttlcache.Cache[listingKey, rows]
	snapshots *ttlcache.Cache[listingKey, *sessions.Snapshot]

	reads   singleflight.Group
	reading sync.Map // lister → chan struct{} with one value while the node is being read
}

type rows struct {
	*sessions.Listing
	snapshot *sessions.Snapshot
	scanned  bool
}

func newListings() *listings {
	return &listings{
		rows: ttlcache.New(
			ttlcache.WithDisableTouchOnHit[listingKey, rows](),
			ttlcache.WithMaxCost(maxRows, func(i ttlcache.CostItem[listingKey, rows]) uint64 {
				return uint64(len(i.Value.Sessions))
			})),
		snapshots: ttlcache.New(
			ttlcache.WithDisableTouchOnHit[listingKey, *sessions.Snapshot](),
			ttlcache.WithMaxCost(maxSnapshots, func(i ttlcache.CostItem[listingKey, *sessions.Snapshot]) uint64 {
				return uint64(i.Value.Len())
			})),
	}
}

// start lets the caches drop expired listings by themselves until stop is called.
func (l *listings) start() {
	go l.rows.Start()
	go l.snapshots.Start()
}

func (l *listings) stop() {
	l.rows.Stop()
	l.snapshots.Stop()
}

// scan reads the node's sessions for the caller's next list. If refresh is false, it
// keeps the result of an earlier scan that is still cached.
func (l *listings) scan(node lister, caller string, refresh bool) error {
	key := listingKey{node, caller}
	if cached := l.rows.Get(key); cached != nil && cached.Value().scanned && !refresh {
		return nil
	}
	listing, err := l.read(node)
	if err != nil {
		return err
	}
	l.rows.Set(key, rows{listing, listing.Snapshot(), true}, pageTime)
	return nil
}

// list returns the listing for a page, and remembers that the caller has seen it. The
// first page is from the caller's scan if there is one, and otherwise from a new
// listing. Later pages are from the listing of the first.
func (l *listings) list(node lister, caller string, first bool) (*sessions.Listing, error) {
	key := listingKey{node, caller}
	var page rows
	if cached := l.rows.Get(key); cached != nil && (cached.Value().scanned || !first) {
		page = cached.Value()
	} else {
		listing, err := l.read(node)
		if err != nil {
			return nil, err
		}
		page = rows{listing, listing.Snapshot(), false}
	}
	// the next page may again be pageTime later
	if left := time.Until(page.At.Add(pagesTime)); left > 0 {
		l.rows.Set(key, page, min(pageTime, left))
	}
	l.snapshots.Set(key, page.snapshot, snapshotTime)
	return page.Listing, nil
}

// lastListed returns the listing of the node that this caller saw last, or nil if the
// caller has seen none within snapshotTime.
func (l *listings) lastListed(node lister, caller string) *sessions.Snapshot {
	if cached := l.snapshots.Get(listingKey{node, caller}); cached != nil {
		return cached.Value()
	}
	return nil
}

// read lists the node's sessions. Callers that wait at the same time share one
// command, but none gets the result of a command that was sent before its call. The
// caller's context does not end the command, because others may wait for it. nodeTime
// includes the wait for the previous command.
func (l *listings) read(node lister) (*sessions.Listing, error) {
	id := fmt.Sprintf("%p", node)
	listing, err, _ := l.reads.Do(id, func() (any, error) {
		ctx, cancel := context.WithTimeout(context.Background(), nodeTime)
		defer cancel()
		value, _ := l.reading.LoadOrStore(node, make(chan struct{}, 1))
		lock := value.(chan struct{})
		select {
		case lock <- struct{}{}:
			defer func() { <-lock }()
		case <-ctx.Done(): // List then returns ctx's error
		}
		l.reads.Forget(id) // a caller from here on needs a later listing
		return node.List(ctx)
	})
	if err != nil {
		return nil, err
	}
	return listing.(*sessions.Listing), nil
}
