package sessions_test

import (
	"io"
	"net"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

func TestAListHasAllSessionsByAscendingID(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		var all []*redistest.Session
		for _, name := range []string{"a", "flags=S", "addr=1.1.1.1:1"} {
			all = append(all, redistest.Dial(t, server.Addr(), name))
		}
		_, err := all[2].Do("SUBSCRIBE", "news")
		require.NoError(t, err)
		n := openNode(t, sessions.Options{Address: server.Addr()}) // its connection is the last in the list
		before := time.Now()
		l, err := n.List(t.Context())
		require.NoError(t, err)
		assert.WithinRange(t, l.At, before, time.Now())
		require.Len(t, l.Sessions, 4)
		for i, s := range all {
			got := l.Sessions[i]
			assert.Equal(t, addrOf(s), got.Peer)
			assert.Equal(t, s.Addr(), got.Addr)
			assert.False(t, got.Protected())
			assert.Equal(t, []string{"N", "N", "P"}[i], got.Flags)
			assert.Equal(t, []string{"a", "flags=S", "addr=1.1.1.1:1"}[i], got.Name)
			assert.Equal(t, int64(-1), got.Multi)
			assert.NotZero(t, got.FD)
			assert.Less(t, got.ID, l.Sessions[i+1].ID)
		}
		assert.Equal(t, int64(1), l.Sessions[2].Sub)
		assert.Equal(t, "client|list", l.Sessions[3].Cmd)
		assert.True(t, l.Sessions[3].Protected(), "its own connection")
	})
}

func TestUnixSocketClientsHaveNoPeerAndAreKilledByKillAll(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "a b.sock") // a path may have spaces
	server := redistest.Start(t, "--unixsocket", path)
	conn, err := net.Dial("unix", path)
	require.NoError(t, err)
	defer conn.Close()
	awaitSessions(t, server.Addr(), 2)
	n := openNode(t, sessions.Options{Address: server.Addr()}) // its connection is the last in the list
	l, err := n.List(t.Context())
	require.NoError(t, err)
	assert.False(t, l.Sessions[0].Peer.IsValid())
	outcomes, err := n.KillAll(t.Context(), nil)
	require.NoError(t, err)
	assert.Equal(t, []sessions.Result{sessions.Killed, sessions.Protected}, results(outcomes))
	require.NoError(t, conn.SetDeadline(time.Now().Add(2*time.Second)))
	_, err = conn.Read(make([]byte, 1))
	assert.ErrorIs(t, err, io.EOF)
}
