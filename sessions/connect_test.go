package sessions_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
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

// ownID returns the id of the node's own connection.
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

func TestANodeConnectsAtOnceAndStaysConnected(t *testing.T) {
	t.Parallel()
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		awaitSessions(t, server.Addr(), 2) // without any call
		before := ownID(t, n)
		time.Sleep(2500 * time.Millisecond)
		assert.Equal(t, before, ownID(t, n), "it is never idle for a second, so the server's timeout does not close it")
	}, "--timeout", "1")
}

func TestAKilledConnectionIsReplacedAtOnce(t *testing.T) {
	t.Parallel()
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		admin := redistest.Dial(t, server.Addr(), "")
		for range 5 {
			before := ownID(t, n)
			killed, err := admin.Do("CLIENT", "KILL", "TYPE", "normal") // except the caller's
			require.NoError(t, err)
			require.Equal(t, "1", killed)
			assert.Eventually(t, func() bool { // without any call
				list, err := admin.Do("CLIENT", "LIST")
				return err == nil && bytes.Count([]byte(list), []byte("id=")) == 2
			}, 5*time.Second, 5*time.Millisecond)
			assert.NotEqual(t, before, ownID(t, n))
		}
	})
}

func TestAFullNodeIsBusyUnlessItIsConnected(t *testing.T) {
	t.Parallel()
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

func TestANodeWorksRightAfterARestart(t *testing.T) { // alone, because it needs a new connection within 100 ms
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		log := &logtest.Buffer{}
		n := openNode(t, sessions.Options{Address: server.Addr(), Log: slog.New(slog.NewTextHandler(log, nil))})
		for range 3 {
			_, err := n.Kill(t.Context(), absent)
			require.NoError(t, err)
			require.NoError(t, server.Restart(t.Context()))
			s := redistest.Dial(t, server.Addr(), "s")
			outcomes, err := n.Kill(t.Context(), targetsOf(s))
			require.NoError(t, err, "no stale error is returned")
			assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
		}
		assert.Contains(t, log.String(), "the node is connected again")
	})
}

// Waiting callers get an error in time, and later callers at once. After the hang
// calls succeed again.
func TestAHangingNodeDoesNotBlockCallers(t *testing.T) {
	t.Parallel()
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
				_, err := n.Kill(t.Context(), absent)
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
			_, err := n.Kill(t.Context(), absent)
			require.ErrorIs(t, err, sessions.ErrUnreachable)
		}
		assert.Less(t, time.Since(start), time.Second, "a hundred calls while it hangs")
		require.NoError(t, server.Resume())
		require.Eventually(t, func() bool {
			_, err := n.Kill(t.Context(), absent)
			return err == nil
		}, 5*time.Second, time.Millisecond)
		require.NoError(t, server.Pause())
		start = time.Now()
		require.NoError(t, n.Close())
		assert.Less(t, time.Since(start), time.Second, "Close returns at once")
		require.NoError(t, server.Resume())
	})
}

func TestCloseEndsCallsInProgress(t *testing.T) {
	t.Parallel()
	for name, call := range calls {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			received := make(chan struct{}, 1)
			release := make(chan struct{})
			defer close(release)
			n := openNode(t, sessions.Options{Address: scriptedServer(t, func(command string) string {
				if command == "ROLE" || strings.HasPrefix(command, "CLIENT LIST") && !strings.HasPrefix(command, "CLIENT LIST ID") {
					received <- struct{}{}
					<-release // never reply
				}
				return ""
			})})
			ended := make(chan error)
			go func() { ended <- call(context.Background(), n) }()
			<-received
			require.NoError(t, n.Close())
			select {
			case err := <-ended:
				require.ErrorIs(t, err, sessions.ErrUnreachable)
			case <-time.After(5 * time.Second):
				t.Fatal("the call does not end")
			}
			require.ErrorIs(t, call(t.Context(), n), sessions.ErrUnreachable, "after Close")
		})
	}
}

// The server is silent for 5 s and replies BUSY after that.
func TestALongRunningScriptIsReportedAsBusy(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: server.Addr()})
	own := ownID(t, n)
	admin, caller := redistest.Dial(t, server.Addr(), ""), redistest.Dial(t, server.Addr(), "")
	go caller.Do("EVAL", "while true do end", "0") //nolint:errcheck // it is killed
	var start time.Time
	var err error
	for err == nil { // until the script runs
		start = time.Now()
		_, err = n.Kill(t.Context(), absent)
	}
	require.ErrorIs(t, err, sessions.ErrBusy)
	assert.Equal(t, "the node is busy with a script", sessions.Reason(err))
	assert.Less(t, time.Since(start), 10*time.Second)
	_, err = admin.Do("SCRIPT", "KILL")
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, err := n.Kill(t.Context(), absent)
		return err == nil
	}, 5*time.Second, time.Millisecond)
	assert.Equal(t, own, ownID(t, n), "the connection is still the same")
}

func TestCredentialsAreReadForEachConnection(t *testing.T) {
	t.Parallel()
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
		_, err := n.Kill(t.Context(), absent)
		return sessions.Reason(err) == "the node rejects the user name and the password"
	}, 5*time.Second, time.Millisecond)
	secret.Store("new")
	require.Eventually(t, func() bool {
		_, err := n.Kill(t.Context(), absent)
		return err == nil
	}, 5*time.Second, time.Millisecond)
}
