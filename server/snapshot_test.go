package server_test

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"weak"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/server"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// A slowNode takes a second to list, and counts how often it did.
type slowNode struct {
	reads int
	err   error
}

func (n *slowNode) List(ctx context.Context) (*sessions.Listing, error) {
	n.reads++
	time.Sleep(time.Second)
	return &sessions.Listing{At: time.Now()}, n.err
}

func TestForHowLongAListIsKept(t *testing.T) {
	const wait = 59 * time.Second
	for name, c := range map[string]struct {
		scan  bool
		pages []bool // whether it is the first
		wait  time.Duration
		reads int
	}{
		"each first page is read":                     {false, []bool{true, true, true}, 0, 3},
		"a further page within a minute is not":       {false, []bool{true, false, false, false}, wait, 1},
		"one after that is":                           {false, []bool{true, false, false}, time.Minute + time.Second, 3},
		"a further page without a first is read once": {false, []bool{false, false}, wait, 1},
		"no page of a scan is":                        {true, []bool{true, false, true}, 3 * time.Minute, 1},
		"until ten minutes after it":                  {true, []bool{true, false, true}, 5*time.Minute + time.Second, 2},
		"pages come to an end after ten minutes":      {false, []bool{true, false, false, false, false, false, false, false, false, false, false, false}, wait, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				node, s := &slowNode{}, server.NewSnapshots()
				if c.scan {
					require.NoError(t, s.Scan(node, false))
				}
				for _, first := range c.pages {
					_, err := s.List(node, first, "ops")
					require.NoError(t, err)
					time.Sleep(c.wait)
				}
				assert.Equal(t, c.reads, node.reads)
			})
		})
	}
}

func TestNothingIsKeptForGood(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := server.NewSnapshots()
		for range 100 {
			node := &slowNode{}
			require.NoError(t, s.Scan(node, true))
			for _, caller := range []string{"a", "b"} {
				_, err := s.List(node, false, caller)
				require.NoError(t, err)
			}
		}
		assert.Equal(t, 300, s.Len())
		time.Sleep(10 * time.Minute)
		synctest.Wait()
		assert.Zero(t, s.Len())
	})
}

func TestWhoAsksMeanwhileSharesTheReading(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node, other, s := &slowNode{}, &slowNode{}, server.NewSnapshots()
		var callers sync.WaitGroup
		start := time.Now()
		for range 100 {
			callers.Go(func() { assert.NoError(t, s.Scan(node, true)) })
			callers.Go(func() {
				listing, err := s.List(node, true, "ops")
				assert.NoError(t, err)
				assert.NotNil(t, listing)
			})
		}
		callers.Go(func() { assert.NoError(t, s.Scan(other, true)) })
		callers.Wait()
		assert.Equal(t, 1, node.reads)
		assert.Equal(t, 1, other.reads)
		assert.Equal(t, time.Second, time.Since(start), "another node is not waited for")
		node.err = errors.New("down")
		assert.ErrorIs(t, s.Scan(node, true), node.err)
		_, err := s.List(node, true, "ops")
		assert.NoError(t, err, "a scan that fails takes nothing away")
	})
}

func TestAListDoesNotReplaceAScanThatCameMeanwhile(t *testing.T) {
	for range 50 { // in any order
		synctest.Test(t, func(t *testing.T) {
			node, s := &slowNode{}, server.NewSnapshots()
			var callers sync.WaitGroup
			callers.Go(func() { s.Scan(node, true) })
			callers.Go(func() { s.List(node, true, "ops") })
			callers.Wait()
			_, err := s.List(node, true, "ops")
			require.NoError(t, err)
			assert.Equal(t, 1, node.reads)
		})
	}
}

func TestAReadingThatPanicsLeavesNobodyWaiting(t *testing.T) {
	s := server.NewSnapshots()
	for range 2 {
		assert.Panics(t, func() { s.Scan(panicNode{}, true) })
	}
}

type panicNode struct{}

func (panicNode) List(context.Context) (*sessions.Listing, error) { panic("list") }

func TestWhatACallerWasShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		node, s := &slowNode{}, server.NewSnapshots()
		require.NoError(t, s.Scan(node, false))
		assert.Nil(t, s.ShownTo("ops", node), "a scan shows nothing")
		first, err := s.List(node, true, "ops")
		require.NoError(t, err)
		require.NoError(t, s.Scan(node, true))
		assert.Same(t, first, s.ShownTo("ops", node), "nobody has seen the new scan")
		assert.Nil(t, s.ShownTo("deploy", node), "another caller has seen nothing")
		assert.Nil(t, s.ShownTo("ops", &slowNode{reads: 1}), "nor was another node shown")
		second, err := s.List(node, false, "ops")
		require.NoError(t, err)
		assert.NotSame(t, first, second)
		assert.Same(t, second, s.ShownTo("ops", node))
		time.Sleep(10*time.Minute - time.Second)
		assert.NotNil(t, s.ShownTo("ops", node))
		time.Sleep(time.Second)
		synctest.Wait()
		assert.Nil(t, s.ShownTo("ops", node), "it was too long ago")
	})
}

// A listing of 10,000 sessions is megabytes.
func TestWhatIsReplacedIsNotHeldByItsTimer(t *testing.T) {
	s := server.NewSnapshots()
	read := func(node int) weak.Pointer[sessions.Listing] {
		listing, err := s.List(quickNode(node), true, "ops")
		require.NoError(t, err)
		return weak.Make(listing)
	}
	for node := range 100 { // among many timers, those that are stopped stay
		read(node)
	}
	first, second := read(0), read(0)
	runtime.GC()
	assert.Nil(t, first.Value())
	assert.NotNil(t, second.Value())
}

type quickNode int

func (quickNode) List(context.Context) (*sessions.Listing, error) {
	return &sessions.Listing{At: time.Now(), Sessions: make([]sessions.Session, 1)}, nil
}
