package sessions_test

import (
	"context"
	"errors"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

func TestAllThatAreThereWhenItBeginsAreKilled(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		var all []*redistest.Session
		for range 150 {
			all = append(all, redistest.Dial(t, server.Addr(), ""))
		}
		_, err := all[7].Do("SUBSCRIBE", "news")
		require.NoError(t, err)
		var told []map[sessions.Result]int
		var late *redistest.Session
		outcomes, err := n.KillAll(t.Context(), func(so []sessions.Outcome) {
			if told == nil {
				late = redistest.Dial(t, server.Addr(), "late")
				require.NoError(t, all[140].Close())
			}
			told = append(told, count(so))
		})
		require.NoError(t, err)
		assert.Equal(t, map[sessions.Result]int{sessions.Killed: 149, sessions.Gone: 1, sessions.Protected: 1}, count(outcomes))
		assert.Equal(t, []map[sessions.Result]int{
			{sessions.Untried: 151},
			{sessions.Killed: 64, sessions.Untried: 87},
			{sessions.Killed: 128, sessions.Untried: 23},
		}, told)
		for i, s := range all {
			assert.True(t, i == 140 || s.Closed(), "session %d", i)
		}
		assert.True(t, late.Open(), "it came later")
	})
}

func count(outcomes []sessions.Outcome) map[sessions.Result]int {
	n := map[sessions.Result]int{}
	for _, o := range outcomes {
		n[o.Result]++
	}
	return n
}

func TestAKillOfAllStopsWhenTheCallersTimeIsOver(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		var all []*redistest.Session
		for range 150 {
			all = append(all, redistest.Dial(t, server.Addr(), ""))
		}
		why := errors.New("the server stops")
		ctx, cancel := context.WithCancelCause(t.Context())
		outcomes, err := n.KillAll(ctx, func(so []sessions.Outcome) {
			if count(so)[sessions.Killed] > 0 {
				cancel(why)
			}
		})
		require.ErrorIs(t, err, why)
		assert.Equal(t, map[sessions.Result]int{sessions.Killed: 64, sessions.Untried: 87}, count(outcomes))
		assert.True(t, all[63].Closed())
		assert.True(t, all[64].Open())
	})
}

func TestAKillStopsBetweenTwoChunks(t *testing.T) {
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: server.Addr()})
	var all []*redistest.Session
	for range 300 {
		all = append(all, redistest.Dial(t, server.Addr(), ""))
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go func() {
		all[0].Closed()
		cancel()
	}()
	outcomes, err := n.Kill(ctx, targetsOf(all...))
	if err == nil {
		t.Skip("all were killed before the first was seen to be")
	}
	require.ErrorIs(t, err, context.Canceled)
	left := count(outcomes)
	assert.Equal(t, 300, left[sessions.Killed]+left[sessions.Untried])
	for i, o := range outcomes {
		assert.Equal(t, o.Result == sessions.Untried, all[i].Open(), "session %d", i)
	}
}

func TestAKillOfAllThatTheNodeEndsTellsHowFarItCame(t *testing.T) {
	server, err := localnode.StartEmbedded()
	require.NoError(t, err)
	defer server.Close()
	n := openNode(t, sessions.Options{Address: server.Addr()})
	for range 100 {
		redistest.Dial(t, server.Addr(), "")
	}
	outcomes, err := n.KillAll(t.Context(), func(so []sessions.Outcome) {
		if count(so)[sessions.Killed] > 0 {
			server.Fail("BUSY Redis is busy running a script.")
		}
	})
	require.ErrorIs(t, err, sessions.ErrBusy)
	failed := count(outcomes)[sessions.Failed]
	assert.Equal(t, map[sessions.Result]int{sessions.Killed: 64, sessions.Failed: failed, sessions.Untried: 36 - failed, sessions.Protected: 1}, count(outcomes))
	assert.NotZero(t, failed, "what was sent and refused")
}
