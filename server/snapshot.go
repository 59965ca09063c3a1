package server

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

const (
	keepTime = 10 * time.Minute // of a scan, and of what a caller was shown
	pageTime = time.Minute      // between two pages of a list without a scan
	readTime = 30 * time.Second // for one reading, a wait for the node's connection included
)

// A lister is a node whose sessions are read: a *sessions.Node.
type lister interface {
	List(ctx context.Context) (*sessions.Listing, error)
}

// snapshots keeps what was read of nodes: for the pages of a list, which then
// agree with each other, and for kills, which then hit what the caller was shown.
type snapshots struct {
	kept  *expiring[lister, snapshot]
	shown *expiring[shownKey, *sessions.Listing]

	mu       sync.Mutex // of a look at kept and what follows from it
	readings map[lister]*reading
}

type snapshot struct {
	*sessions.Listing
	scanned bool
}

type shownKey struct {
	node   lister
	caller string
}

func newSnapshots() *snapshots {
	return &snapshots{
		kept:     newExpiring[lister, snapshot](),
		shown:    newExpiring[shownKey, *sessions.Listing](),
		readings: map[lister]*reading{},
	}
}

// scan reads the node's sessions and keeps them. Where an earlier scan's are
// kept it keeps those, unless they are to be read afresh.
func (s *snapshots) scan(node lister, afresh bool) error {
	if kept, ok := s.kept.get(node); ok && kept.scanned && !afresh {
		return nil
	}
	listing, err := s.read(node)
	if err != nil {
		return err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept.put(node, snapshot{listing, true}, keepTime)
	return nil
}

// list returns the sessions that a page is of, and notes that the caller is
// shown them: a scan's, or else what is read for the first page.
func (s *snapshots) list(node lister, first bool, caller string) (*sessions.Listing, error) {
	listing := s.forPage(node, first)
	if listing == nil {
		var err error
		if listing, err = s.read(node); err != nil {
			return nil, err
		}
		s.keepForPages(node, listing)
	}
	s.shown.put(shownKey{node, caller}, listing, keepTime)
	return listing, nil
}

func (s *snapshots) forPage(node lister, first bool) *sessions.Listing {
	s.mu.Lock()
	defer s.mu.Unlock()
	kept, ok := s.kept.get(node)
	if !ok || first && !kept.scanned {
		return nil
	}
	if !kept.scanned { // the next page may come as late again
		s.kept.put(node, kept, min(pageTime, time.Until(kept.At.Add(keepTime))))
	}
	return kept.Listing
}

// keepForPages leaves a scan that came meanwhile in its place.
func (s *snapshots) keepForPages(node lister, listing *sessions.Listing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept, ok := s.kept.get(node); !ok || !kept.scanned {
		s.kept.put(node, snapshot{listing, false}, pageTime)
	}
}

// shownTo returns what the caller was shown of the node last, nil where that is
// nothing, or too long ago. It goes by the caller: who was shown nothing means
// whoever is at an address now.
func (s *snapshots) shownTo(caller string, node lister) *sessions.Listing {
	listing, _ := s.shown.get(shownKey{node, caller})
	return listing
}

// A reading is one listing of a node, for all who ask for it meanwhile.
type reading struct {
	done    chan struct{}
	listing *sessions.Listing
	err     error
}

// read is not cut short when its caller leaves, for others may wait too.
func (s *snapshots) read(node lister) (*sessions.Listing, error) {
	s.mu.Lock()
	r := s.readings[node]
	if r != nil {
		s.mu.Unlock()
		<-r.done
		return r.listing, r.err
	}
	r = &reading{done: make(chan struct{}), err: errors.New("the reading broke off")}
	s.readings[node] = r
	s.mu.Unlock()
	defer func() {
		s.mu.Lock()
		delete(s.readings, node)
		s.mu.Unlock()
		close(r.done)
	}()
	ctx, cancel := context.WithTimeout(context.Background(), readTime)
	defer cancel()
	r.listing, r.err = node.List(ctx)
	return r.listing, r.err
}
