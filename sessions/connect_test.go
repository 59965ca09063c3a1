package sessions_test

import (
	"bytes"
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/logtest"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// ownID returns the id of the node's connection.
func ownID(t *testing.T, n *sessions.Node) int64 {
	t.Helper()
	l, err := n.List(t.Context())
	require.NoError(t, err)
	for _, s := range l.Sessions {
		if s.Protection() == sessions.Self {
			return s.ID
		}
	}
	t.Fatal("the node's own connection is not listed")
	return 0
}

func TestANodeConnectsAtTheStartAndStays(t *testing.T) {
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		awaitSessions(t, server.Addr(), 2) // nothing was asked of it
		before := ownID(t, n)
		time.Sleep(2500 * time.Millisecond)
		assert.Equal(t, before, ownID(t, n), "it is never idle for a second")
	}, "--timeout", "1")
}

func TestAConnectionThatIsKilledIsBackAtOnce(t *testing.T) {
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		admin := redistest.Dial(t, server.Addr(), "")
		for range 5 {
			before := ownID(t, n)
			killed, err := admin.Do("CLIENT", "KILL", "TYPE", "normal") // but the asker
			require.NoError(t, err)
			require.Equal(t, "1", killed)
			assert.Eventually(t, func() bool { // without being asked for
				list, err := admin.Do("CLIENT", "LIST")
				return err == nil && bytes.Count([]byte(list), []byte("id=")) == 2
			}, 5*time.Second, 5*time.Millisecond)
			assert.NotEqual(t, before, ownID(t, n))
		}
	})
}

// H4: whether or not the node was connected before.
func TestANodeThatIsFull(t *testing.T) {
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		first := openNode(t, sessions.Options{Address: server.Addr()})
		ownID(t, first)
		var all []*redistest.Session
		for range 9 {
			all = append(all, redistest.Dial(t, server.Addr(), "s"))
		}
		late := openNode(t, sessions.Options{Address: server.Addr()})
		_, err := late.Kill(t.Context(), targetsOf(all[0]))
		require.ErrorIs(t, err, sessions.ErrBusy)
		assert.Equal(t, "the node has reached its maximum number of clients", sessions.Reason(err))
		assert.True(t, all[0].Open())

		outcomes, err := first.Kill(t.Context(), targetsOf(all[0]))
		require.NoError(t, err, "it is connected")
		assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
		require.Eventually(t, func() bool { // it takes the first free slot
			_, err := late.Kill(t.Context(), targetsOf(all[1]))
			return err == nil
		}, 5*time.Second, time.Millisecond)
		assert.True(t, all[1].Closed())
	}, "--maxclients", "10")
}

func TestANodeIsBackSoonAfterARestart(t *testing.T) {
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		log := &logtest.Buffer{}
		n := openNode(t, sessions.Options{Address: server.Addr(), Log: slog.New(slog.NewTextHandler(log, nil))})
		for range 3 {
			_, err := n.Kill(t.Context(), someone)
			require.NoError(t, err)
			require.NoError(t, server.Restart(t.Context()))
			s := redistest.Dial(t, server.Addr(), "s")
			outcomes, err := n.Kill(t.Context(), targetsOf(s))
			require.NoError(t, err, "nothing stale is answered")
			assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
		}
		assert.Contains(t, log.String(), "the node is connected again")
	})
}

// All who wait are answered in time, who comes later at once, and all is
// well soon after.
func TestANodeThatHangsHoldsNobodyUp(t *testing.T) {
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		t.Parallel()
		n := openNode(t, sessions.Options{Address: server.Addr()})
		ownID(t, n)
		require.NoError(t, server.Pause())
		var slowest atomic.Int64
		var all sync.WaitGroup
		for range 32 {
			all.Go(func() {
				start := time.Now()
				_, err := n.Kill(t.Context(), someone)
				assert.ErrorIs(t, err, sessions.ErrUnreachable)
				assert.Equal(t, "the node does not reply", sessions.Reason(err))
				for now := time.Since(start).Milliseconds(); ; {
					if seen := slowest.Load(); now <= seen || slowest.CompareAndSwap(seen, now) {
						return
					}
				}
			})
		}
		all.Wait()
		assert.LessOrEqual(t, slowest.Load(), int64(10_000))
		start := time.Now()
		for range 100 {
			_, err := n.Kill(t.Context(), someone)
			require.ErrorIs(t, err, sessions.ErrUnreachable)
		}
		assert.Less(t, time.Since(start), time.Second, "a hundred answers while the breaker is open")
		require.NoError(t, server.Resume())
		require.Eventually(t, func() bool {
			_, err := n.Kill(t.Context(), someone)
			return err == nil
		}, 5*time.Second, time.Millisecond)
		require.NoError(t, server.Pause())
		start = time.Now()
		require.NoError(t, n.Close())
		assert.Less(t, time.Since(start), time.Second, "it ends at once, whatever hangs")
		require.NoError(t, server.Resume())
	})
}

func TestCloseEndsTheCallsThatWait(t *testing.T) {
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t)
			n := openNode(t, sessions.Options{Address: server.Addr()})
			ownID(t, n)
			require.NoError(t, server.Pause())
			defer server.Resume() //nolint:errcheck // the test is over
			ended := make(chan error)
			go func() { ended <- call(context.Background(), n) }()
			time.Sleep(20 * time.Millisecond)
			require.NoError(t, n.Close())
			select {
			case err := <-ended:
				require.ErrorIs(t, err, sessions.ErrUnreachable)
			case <-time.After(5 * time.Second):
				t.Fatal("it hangs")
			}
			require.ErrorIs(t, call(t.Context(), n), sessions.ErrUnreachable, "after the end")
		})
	}
}

// A script that runs: nothing is said for 5 s, and then that the node is busy.
func TestAScriptThatRunsForLongIsToldAsSuch(t *testing.T) {
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: server.Addr()})
	own := ownID(t, n)
	admin, caller := redistest.Dial(t, server.Addr(), ""), redistest.Dial(t, server.Addr(), "")
	go caller.Do("EVAL", "while true do end", "0") //nolint:errcheck // it is killed
	time.Sleep(100 * time.Millisecond)
	start := time.Now()
	_, err := n.Kill(t.Context(), someone)
	require.ErrorIs(t, err, sessions.ErrBusy)
	assert.Equal(t, "the node is busy with a script", sessions.Reason(err))
	assert.Less(t, time.Since(start), 10*time.Second)
	_, err = admin.Do("SCRIPT", "KILL")
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, err := n.Kill(t.Context(), someone)
		return err == nil
	}, 5*time.Second, time.Millisecond)
	assert.Equal(t, own, ownID(t, n), "the connection was kept")
}

// M10
func TestCredentialsAreAskedForEachConnection(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "old")
	var secret atomic.Value
	secret.Store("old")
	n := openNode(t, sessions.Options{Address: server.Addr(), Credentials: func(context.Context) (string, string, error) {
		return "", secret.Load().(string), nil
	}})
	ownID(t, n)
	admin := redistest.Dial(t, server.Addr(), "")
	for _, command := range [][]string{{"AUTH", "old"}, {"CONFIG", "SET", "requirepass", "new"}, {"CLIENT", "KILL", "TYPE", "normal"}} {
		_, err := admin.Do(command...)
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool {
		_, err := n.Kill(t.Context(), someone)
		return sessions.Reason(err) == "the node rejects the user name and the password"
	}, 5*time.Second, time.Millisecond)
	secret.Store("new")
	require.Eventually(t, func() bool {
		_, err := n.Kill(t.Context(), someone)
		return err == nil
	}, 5*time.Second, time.Millisecond)
}
