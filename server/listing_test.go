package server_test

import (
	"context"
	"errors"
	"runtime"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/server"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// A slowNode takes a second for each List, and counts the calls.
type slowNode struct {
	reads atomic.Int32
	err   error
}

func (n *slowNode) List(context.Context) (*sessions.Listing, error) {
	n.reads.Add(1)
	time.Sleep(time.Second)
	return &sessions.Listing{At: time.Now()}, n.err
}

// inBubble calls f in a synctest bubble.
func inBubble(t *testing.T, f func(t *testing.T, l server.Listings)) {
	synctest.Test(t, func(t *testing.T) {
		l := server.NewListings()
		defer l.Close()
		f(t, l)
	})
}

func TestAListingIsCachedForAMinute(t *testing.T) {
	t.Parallel()
	const wait = 58 * time.Second
	for name, c := range map[string]struct {
		scan  bool
		pages []bool // true for a first page
		wait  time.Duration
		reads int32
	}{
		"each first page is read":                     {false, []bool{true, true, true}, 0, 3},
		"a further page within a minute is not":       {false, []bool{true, false, false, false}, wait, 1},
		"one after that is":                           {false, []bool{true, false, false}, time.Minute + time.Second, 3},
		"a further page without a first is read once": {false, []bool{false, false}, wait, 1},
		"no page of a scan is":                        {true, []bool{true, false, true}, wait, 1},
		"until a minute after the last":               {true, []bool{true, true}, time.Minute + time.Second, 2},
		"pages come to an end after ten minutes":      {false, []bool{true, false, false, false, false, false, false, false, false, false, false, false}, wait, 2},
	} {
		t.Run(name, func(t *testing.T) {
			inBubble(t, func(t *testing.T, l server.Listings) {
				node := &slowNode{}
				if c.scan {
					require.NoError(t, l.Scan(node, "ops", false))
				}
				for _, first := range c.pages {
					_, err := l.List(node, "ops", first)
					require.NoError(t, err)
					time.Sleep(c.wait)
				}
				assert.Equal(t, c.reads, node.reads.Load())
			})
		})
	}
}

func TestCallersDoNotShareScans(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, l server.Listings) {
		node := &slowNode{}
		require.NoError(t, l.Scan(node, "scanner", false))
		before := time.Now()
		time.Sleep(time.Second)
		for range 2 {
			other, err := l.List(node, "other", true)
			require.NoError(t, err)
			assert.Greater(t, other.At, before, "another caller's first page needs a new listing")
		}
		own, err := l.List(node, "scanner", true)
		require.NoError(t, err)
		assert.Equal(t, before, own.At)
		require.NoError(t, l.Scan(node, "scanner", false))
		again, err := l.List(node, "scanner", true)
		require.NoError(t, err)
		assert.Same(t, own, again, "a scan without clean_cache keeps the cached scan")
		require.NoError(t, l.Scan(node, "scanner", true))
		again, err = l.List(node, "scanner", true)
		require.NoError(t, err)
		assert.NotSame(t, own, again)
	})
}

func TestEveryListingExpires(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, l server.Listings) {
		for range 100 {
			node := &slowNode{}
			for _, caller := range []string{"a", "b"} {
				_, err := l.List(node, caller, false)
				require.NoError(t, err)
			}
		}
		time.Sleep(time.Millisecond)
		synctest.Wait()
		rows, shown := l.Len()
		assert.Equal(t, 60, rows, "the other listings expired after a minute")
		assert.Equal(t, 200, shown)
		time.Sleep(time.Minute)
		synctest.Wait()
		rows, _ = l.Len()
		assert.Zero(t, rows)
		time.Sleep(9 * time.Minute)
		synctest.Wait()
		_, shown = l.Len()
		assert.Zero(t, shown)
	})
}

func TestWaitingCallersShareOneListing(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, l server.Listings) {
		node, other := &slowNode{}, &slowNode{}
		var callers sync.WaitGroup
		start := time.Now()
		for range 100 {
			callers.Go(func() { assert.NoError(t, l.Scan(node, "ops", true)) })
			callers.Go(func() {
				asked := time.Now()
				listing, err := l.List(node, "deploy", true)
				assert.NoError(t, err)
				assert.False(t, listing.At.Before(asked.Add(time.Second)), "the listing began after the call")
			})
		}
		callers.Go(func() {
			assert.NoError(t, l.Scan(other, "ops", true))
			assert.Equal(t, time.Second, time.Since(start), "a listing of another node does not wait")
		})
		callers.Wait()
		assert.LessOrEqual(t, node.reads.Load(), int32(3))
		node.err = errors.New("down")
		assert.ErrorIs(t, l.Scan(node, "ops", true), node.err)
		_, err := l.List(node, "ops", true)
		assert.NoError(t, err, "a scan that fails keeps the cached listing")
	})
}

// An unendingNode lists until the context ends.
type unendingNode struct{ _ int }

func (*unendingNode) List(ctx context.Context) (*sessions.Listing, error) {
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestTheWaitForAnEarlierListingCounts(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, l server.Listings) {
		node := &unendingNode{}
		var callers sync.WaitGroup
		for i := range 3 {
			callers.Go(func() {
				time.Sleep(time.Duration(i) * time.Second) // each call starts while another waits
				begun := time.Now()
				_, err := l.List(node, "c"+strconv.Itoa(i), true)
				assert.Error(t, err)
				assert.LessOrEqual(t, time.Since(begun), 10*time.Second, "caller %d", i)
			})
		}
		callers.Wait()
	})
}

func TestAListingThatPanicsBlocksNobody(t *testing.T) {
	t.Parallel()
	l := server.NewListings()
	defer l.Close()
	for range 2 {
		assert.Panics(t, func() { l.Scan(&panicNode{}, "ops", true) })
	}
}

type panicNode struct{ _ int }

func (*panicNode) List(context.Context) (*sessions.Listing, error) { panic("list") }

func TestTheLastListedSnapshotIsPerCallerAndExpires(t *testing.T) {
	t.Parallel()
	inBubble(t, func(t *testing.T, l server.Listings) {
		node := &slowNode{}
		require.NoError(t, l.Scan(node, "ops", false))
		assert.Nil(t, l.LastListed(node, "ops"), "a scan alone lists nothing")
		_, err := l.List(node, "ops", true)
		require.NoError(t, err)
		first := l.LastListed(node, "ops")
		require.NotNil(t, first)
		require.NoError(t, l.Scan(node, "ops", true))
		assert.Same(t, first, l.LastListed(node, "ops"), "the caller has not listed the new scan")
		assert.Nil(t, l.LastListed(node, "deploy"), "another caller has listed nothing")
		assert.Nil(t, l.LastListed(&slowNode{}, "ops"), "the caller has not listed another node")
		_, err = l.List(node, "ops", false)
		require.NoError(t, err)
		second := l.LastListed(node, "ops")
		assert.NotSame(t, first, second)
		time.Sleep(10*time.Minute - time.Second)
		assert.Same(t, second, l.LastListed(node, "ops"))
		time.Sleep(time.Second + 1)
		assert.Nil(t, l.LastListed(node, "ops"), "the snapshot has expired")
	})
}

// A bigNode has 10,000 sessions.
type bigNode struct{ _ int }

func (*bigNode) List(context.Context) (*sessions.Listing, error) {
	list := make([]sessions.Session, 10_000)
	for i := range list {
		list[i] = sessions.Session{ID: int64(i + 1), Addr: "10.0.0.1:" + strconv.Itoa(i+1)}
	}
	return &sessions.Listing{At: time.Now(), Sessions: list}, nil
}

func TestTheListingsOfManyCallersUseBoundedMemory(t *testing.T) {
	l := server.NewListings()
	defer l.Close()
	node := &bigNode{}
	before := heap()
	for i := range 100 { // 1,000,000 rows, 5 MB a caller
		_, err := l.List(node, strconv.Itoa(i), true)
		require.NoError(t, err)
	}
	assert.Less(t, heap()-before, int64(200<<20))
	runtime.KeepAlive(l)
}

func heap() int64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}
