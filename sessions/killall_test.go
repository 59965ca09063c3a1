package sessions_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

func TestKillAllKillsTheSessionsOfItsStart(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		var all []*redistest.Session
		for range 150 {
			all = append(all, redistest.Dial(t, server.Addr(), ""))
		}
		n := openNode(t, sessions.Options{Address: server.Addr()}) // its connection is the last in the list
		_, err := all[7].Do("SUBSCRIBE", "news")
		require.NoError(t, err)
		var progress []map[sessions.Result]int
		var late *redistest.Session
		outcomes, err := n.KillAll(t.Context(), func(so []sessions.Outcome) {
			if progress == nil {
				late = redistest.Dial(t, server.Addr(), "late")
				require.NoError(t, all[140].Close())
			}
			progress = append(progress, count(so))
		})
		require.NoError(t, err)
		assert.Equal(t, map[sessions.Result]int{sessions.Killed: 149, sessions.Gone: 1, sessions.Protected: 1}, count(outcomes))
		assert.Equal(t, []map[sessions.Result]int{
			{sessions.Skipped: 151},
			{sessions.Killed: 64, sessions.Skipped: 87},
			{sessions.Killed: 128, sessions.Skipped: 23},
		}, progress)
		for i, s := range all {
			assert.True(t, i == 140 || s.Closed(), "session %d", i)
		}
		assert.True(t, late.Open(), "it connected later")
	})
}

func count(outcomes []sessions.Outcome) map[sessions.Result]int {
	n := map[sessions.Result]int{}
	for _, o := range outcomes {
		n[o.Result]++
	}
	return n
}

func TestKillAllStopsWhenTheContextEnds(t *testing.T) {
	t.Parallel()
	why := errors.New("the server stops")
	for name, until := range map[string]func(context.Context) (context.Context, func()){
		"by hand": func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithCancelCause(ctx)
			return ctx, func() { cancel(why) }
		},
		"by the clock": func(ctx context.Context) (context.Context, func()) {
			ctx, cancel := context.WithTimeoutCause(ctx, 500*time.Millisecond, why)
			t.Cleanup(cancel)
			return ctx, func() { <-ctx.Done() }
		},
	} {
		t.Run(name, func(t *testing.T) {
			redistest.Each(t, func(t *testing.T, server localnode.Node) {
				var all []*redistest.Session
				for range 150 {
					all = append(all, redistest.Dial(t, server.Addr(), ""))
				}
				n := openNode(t, sessions.Options{Address: server.Addr()}) // its connection is the last in the list
				ctx, end := until(t.Context())
				outcomes, err := n.KillAll(ctx, func(so []sessions.Outcome) {
					if count(so)[sessions.Killed] > 0 {
						end()
					}
				})
				require.ErrorIs(t, err, why)
				require.ErrorIs(t, err, sessions.ErrUnreachable)
				assert.NotZero(t, count(outcomes)[sessions.Skipped])
				for i, o := range outcomes[:150] {
					switch o.Result {
					case sessions.Killed:
						assert.True(t, all[i].Closed(), "session %d", i)
					case sessions.Skipped:
						assert.True(t, all[i].Open(), "session %d", i)
					}
				}
			})
		})
	}
}

func TestAKillStartsWithOneSessionAndStopsBetweenChunks(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		n := openNode(t, sessions.Options{Address: editingProxy(t, server.Addr(), func(sent []byte) []byte {
			if bytes.Contains(bytes.ToLower(sent), []byte("kill")) {
				cancel()
			}
			return sent
		})})
		var all []*redistest.Session
		for range 10 {
			all = append(all, redistest.Dial(t, server.Addr(), "s"))
		}
		outcomes, err := n.Kill(ctx, targetsOf(all...))
		require.ErrorIs(t, err, context.Canceled)
		assert.Equal(t, append([]sessions.Result{sessions.Killed}, slices.Repeat([]sessions.Result{sessions.Skipped}, 9)...), results(outcomes))
		assert.True(t, all[0].Closed())
		assert.True(t, all[1].Open())
	})
}

// Without CLIENT LIST ID the sessions are not listed again for each batch.
func TestASessionThatSubscribesAfterTheListIsKilled(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: withoutListID(t, server.Addr())})
	s := redistest.Dial(t, server.Addr(), "s")
	outcomes, err := n.KillAll(t.Context(), func([]sessions.Outcome) {
		_, err := s.Do("SUBSCRIBE", "news")
		require.NoError(t, err)
	})
	require.NoError(t, err)
	assert.Equal(t, sessions.Killed, resultAt(outcomes, addrOf(s)))
	assert.True(t, s.Closed())
}

func TestKillAllReportsHowFarItCameWhenTheNodeFails(t *testing.T) {
	t.Parallel()
	server, err := fakeredis.Start()
	require.NoError(t, err)
	defer server.Close()
	for range 200 {
		redistest.Dial(t, server.Addr(), "")
	}
	n := openNode(t, sessions.Options{Address: server.Addr()}) // its connection is the last in the list
	outcomes, err := n.KillAll(t.Context(), func(so []sessions.Outcome) {
		if count(so)[sessions.Killed] > 0 {
			server.Fail("BUSY Redis is busy running a script.")
		}
	})
	require.ErrorIs(t, err, sessions.ErrBusy)
	assert.Equal(t, map[sessions.Result]int{sessions.Killed: 64, sessions.Skipped: 137}, count(outcomes))
}
