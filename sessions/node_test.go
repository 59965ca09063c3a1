package sessions_test

import (
	"context"
	"errors"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

var absent = at(netip.MustParseAddrPort("10.0.0.1:1"))

// calls are the calls that a Node's errors are checked for.
var calls = map[string]func(context.Context, *sessions.Node) error{
	"list":     func(ctx context.Context, n *sessions.Node) error { _, err := n.List(ctx); return err },
	"kill":     func(ctx context.Context, n *sessions.Node) error { _, err := n.Kill(ctx, absent); return err },
	"kill all": func(ctx context.Context, n *sessions.Node) error { _, err := n.KillAll(ctx, nil); return err },
	"role":     func(ctx context.Context, n *sessions.Node) error { _, err := n.Role(ctx); return err },
}

func TestANodeThatIsDownIsUnreachable(t *testing.T) {
	t.Parallel()
	n := openNode(t, sessions.Options{Address: "127.0.0.1:1"}) // where nothing listens
	for name, call := range calls {
		require.ErrorIs(t, call(t.Context(), n), sessions.ErrUnreachable, name)
	}
	outcomes, err := n.Kill(t.Context(), absent)
	require.ErrorIs(t, err, sessions.ErrUnreachable)
	assert.Equal(t, []sessions.Result{sessions.Skipped}, results(outcomes))
}

func TestANodeThatHangsIsUnreachableInTime(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: server.Addr(), ReadTimeout: 100 * time.Millisecond})
	require.NoError(t, server.Pause())
	_, err := n.Kill(t.Context(), absent)
	require.ErrorIs(t, err, sessions.ErrUnreachable)
	require.NoError(t, server.Resume())
	require.Eventually(t, func() bool {
		_, err := n.Kill(t.Context(), absent)
		return err == nil
	}, 10*time.Second, 5*time.Millisecond, "it recovers by itself")
}

func TestTheContextEndsACall(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: server.Addr()})
	require.NoError(t, server.Pause())
	defer server.Resume() //nolint:errcheck // the test is over
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, err := n.Kill(ctx, absent)
	require.ErrorIs(t, err, sessions.ErrUnreachable)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	for name, call := range calls {
		require.ErrorIs(t, call(ctx, n), context.DeadlineExceeded, name)
	}
}

func TestARestartBetweenTwoKillsGoesUnnoticed(t *testing.T) { // alone, because it needs a new connection within 100 ms
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: server.Addr()})
	_, err := n.Kill(t.Context(), absent)
	require.NoError(t, err)
	require.NoError(t, server.Restart(t.Context()))
	s := redistest.Dial(t, server.Addr(), "s")
	outcomes, err := n.Kill(t.Context(), targetsOf(s))
	require.NoError(t, err)
	assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
	assert.True(t, s.Closed())
}

func TestAPasswordIsRequiredAndSent(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--requirepass", "s3cret")
	for _, wrong := range []string{"", "wr0ng"} {
		n := openNode(t, sessions.Options{Address: server.Addr(), Credentials: password(wrong)})
		_, err := n.Kill(t.Context(), absent)
		require.ErrorIs(t, err, sessions.ErrRefused)
		assert.NotContains(t, err.Error(), "wr0ng")
	}
	n := openNode(t, sessions.Options{Address: server.Addr(), Credentials: password("s3cret")})
	_, err := n.Kill(t.Context(), absent)
	require.NoError(t, err)
}

func TestTheLeastRightsAreEnough(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--user", "killer", "on", ">s3cret", "-@all", "+client|list", "+client|kill", "+client|id")
	n := openNode(t, sessions.Options{Address: server.Addr(), Credentials: user("killer", "s3cret")})
	s := redistest.Dial(t, server.Addr(), "s")
	_, err := n.Kill(t.Context(), targetsOf(s))
	require.NoError(t, err)
	assert.True(t, s.Closed())

	server = redistest.Start(t, "--user", "reader", "on", ">s3cret", "-@all", "+client|list", "+client|id")
	n = openNode(t, sessions.Options{Address: server.Addr(), Credentials: user("reader", "s3cret")})
	s = redistest.Dial(t, server.Addr(), "s")
	outcomes, err := n.Kill(t.Context(), targetsOf(s))
	require.ErrorIs(t, err, sessions.ErrRefused)
	assert.Equal(t, []sessions.Result{sessions.Failed}, results(outcomes))
	assert.True(t, s.Open())
}

func TestARenamedCommandIsRefused(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--rename-command", "CLIENT", "HIDDEN")
	n := openNode(t, sessions.Options{Address: server.Addr()})
	_, err := n.Kill(t.Context(), absent)
	require.ErrorIs(t, err, sessions.ErrRefused)
}

func TestARunningScriptMakesTheNodeBusy(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t, "--lua-time-limit", "10")
	n := openNode(t, sessions.Options{Address: server.Addr()})
	_, err := n.Kill(t.Context(), absent)
	require.NoError(t, err)
	script := redistest.Dial(t, server.Addr(), "script")
	admin := redistest.Dial(t, server.Addr(), "admin")
	go script.Do("EVAL", "while true do end", "0") //nolint:errcheck // it is killed
	require.Eventually(t, func() bool {
		_, err := n.Kill(t.Context(), absent)
		return errors.Is(err, sessions.ErrBusy)
	}, 10*time.Second, 20*time.Millisecond)
	_, err = admin.Do("SCRIPT", "KILL")
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		_, err := n.Kill(t.Context(), absent)
		return err == nil
	}, 10*time.Second, 20*time.Millisecond)
}

func TestAnErrorReplyHasItsKind(t *testing.T) {
	t.Parallel()
	for reply, want := range map[string]error{
		"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.": sessions.ErrBusy,
		"LOADING Redis is loading the dataset in memory":                                         sessions.ErrBusy,
		"ERR max number of clients reached":                                                      sessions.ErrBusy,
		"NOAUTH Authentication required.":                                                        sessions.ErrRefused,
	} {
		for name, call := range calls {
			t.Run(name+"/"+reply, func(t *testing.T) {
				server, err := fakeredis.Start()
				require.NoError(t, err)
				defer server.Close()
				server.Fail(reply)
				n := openNode(t, sessions.Options{Address: server.Addr()})
				require.ErrorIs(t, call(t.Context(), n), want)
				server.Fail("")
				require.Eventually(t, func() bool { return call(t.Context(), n) == nil }, 5*time.Second, time.Millisecond, "it recovers by itself")
			})
		}
	}
}
