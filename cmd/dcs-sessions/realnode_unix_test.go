//go:build unix

package main

import (
	"fmt"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// serveNode serves one node. on runs the command for it.
func serveNode(t *testing.T, addr string) (on func(args ...string) (code int, stdout, stderr string)) {
	file := filepath.Join(t.TempDir(), "dcs.yaml")
	require.NoError(t, os.WriteFile(file, []byte(`listen: 127.0.0.1:0
audit: off
projects: [{id: p, instances: [{id: i, nodes: [{id: n, address: "`+addr+`"}]}]}]
`), 0o600))
	log, stop := startServe(t, file, os.Getenv)
	t.Cleanup(func() { assert.Equal(t, exitOK, stop()) })
	env := map[string]string{
		"DCS_ENDPOINT": "http://" + awaitLog(t, log, `"msg":"listening","addr":"([^"]+)"`)[1], "DCS_PROJECT_ID": "p", "DCS_INSTANCE_ID": "i",
		"DCS_OUTPUT": "table", "DCS_CHECK": "0",
	}
	return func(args ...string) (int, string, string) { return calledIn(t.Context(), env, true, args...) }
}

// setName names a connection that localnode cannot open.
func setName(t *testing.T, conn net.Conn, err error, name string) net.Conn {
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	_, err = fmt.Fprintf(conn, "CLIENT SETNAME %s\r\n", name)
	require.NoError(t, err)
	reply := make([]byte, 16)
	n, err := conn.Read(reply)
	require.NoError(t, err)
	require.Equal(t, "+OK\r\n", string(reply[:n]))
	return conn
}

func isClosed(t *testing.T, conn net.Conn) bool {
	require.NoError(t, conn.SetReadDeadline(time.Now().Add(time.Second)))
	_, err := conn.Read(make([]byte, 1))
	timeout, ok := err.(net.Error)
	return err != nil && !(ok && timeout.Timeout())
}

// All sessions of a Unix socket have the same address, which a kill does not accept.
func TestSessionsOfAUnixSocketAreKilledByFilterAndByID(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "dcs") // t.TempDir is too long for a socket's path
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	n := 0
	redistest.Processes(t, func(t *testing.T, node *localnode.Process) {
		n++
		socket := filepath.Join(dir, "a b.sock")
		dial := func(name string) net.Conn {
			conn, err := net.Dial("unix", socket)
			return setName(t, conn, err, name)
		}
		on := serveNode(t, node.Addr())
		first, second, keep := dial("socket-1"), dial("socket-2"), dial("keep")
		other := redistest.Dial(t, node.Addr(), "other")

		code, stdout, stderr := on("kill", "--filter", "peer!=10.0.0.0/8", "--filter", "name!=other", "--filter", "protected=false", "--dry-run")
		assert.Equal(t, exitOK, code, stderr)
		assert.NotContains(t, stdout, "socket-", "whether its address is in the network is unknown")

		code, stdout, stderr = on("kill", "--filter", "name=socket-1", "--yes")
		assert.Equal(t, exitOK, code, stderr)
		assert.Contains(t, stdout, "\n1 of 1 killed\n")
		assert.True(t, isClosed(t, first))

		_, stdout, _ = on("list", "--filter", "name=socket-2")
		id := column(stdout, 0)[0]
		code, stdout, stderr = on("kill", "--id", id, "127.0.0.1:1")
		assert.Equal(t, exitOK, code, stderr)
		assert.Regexp(t, `(?m)^`+id+` +- +killed$`, stdout)
		assert.Regexp(t, `(?m)^- +127\.0\.0\.1:1 +gone$`, stdout)
		assert.True(t, isClosed(t, second))

		assert.False(t, isClosed(t, keep))
		assert.True(t, other.Open())
		keep.Close()
		other.Close()
	}, "--unixsocket", filepath.Join(dir, "a b.sock"))
	assert.Positive(t, n)
}

func TestASessionWithTheNameOfASentinelsLinkIsProtected(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		t.Parallel()
		on := serveNode(t, node.Addr())
		app := redistest.Dial(t, node.Addr(), "sentinel-x-cmd")
		for args, says := range map[[2]string]string{
			{"--filter", "name=sentinel-*"}: "1 sentinel (has the name of a Sentinel's link: sentinel-…-cmd or sentinel-…-pubsub)",
			{app.Addr()}:                    "400 DCS.4800: ",
		} {
			all := []string{"kill", args[0]}
			if args[1] != "" {
				all = append(all, args[1], "--yes")
			}
			code, stdout, stderr := on(all...)
			assert.Equal(t, exitFailed, code)
			assert.Contains(t, stderr, says)
			if args[1] == "" {
				assert.Contains(t, stdout, app.Addr()+"  protected: sentinel\n")
			}
		}
		_, stdout, _ := on("list", "--filter", "name=sentinel-x-cmd")
		assert.Regexp(t, ` sentine\S+ .* sentinel\n`, stdout)
		assert.True(t, app.Open())
	})
}

// No list has shown the new session at the address.
func TestAnotherSessionAtAListedAddressIsReplaced(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		t.Parallel()
		on := serveNode(t, node.Addr())
		from := net.Dialer{LocalAddr: redistest.LocalAddr(t)}
		conn, err := from.DialContext(t.Context(), "tcp", node.Addr())
		first := setName(t, conn, err, "listed").(*net.TCPConn)
		code, _, stderr := on("list")
		require.Equal(t, exitOK, code, stderr)
		require.NoError(t, first.SetLinger(0)) // a reset, so that the port is free at once
		require.NoError(t, first.Close())
		conn, err = from.DialContext(t.Context(), "tcp", node.Addr())
		second := setName(t, conn, err, "second")
		redistest.AwaitAlone(t, node.Addr(), from.LocalAddr.String())

		code, stdout, stderr := on("kill", from.LocalAddr.String(), "127.0.0.1:1")
		assert.Equal(t, exitFailed, code)
		assert.Regexp(t, `(?m)^`+from.LocalAddr.String()+` +replaced$`, stdout)
		assert.Regexp(t, `(?m)^127\.0\.0\.1:1 +gone$`, stdout)
		assert.Contains(t, stderr, "ist again")
		assert.False(t, isClosed(t, second))

		code, _, stderr = on("list")
		require.Equal(t, exitOK, code, stderr)
		code, stdout, stderr = on("kill", from.LocalAddr.String())
		assert.Equal(t, exitOK, code, stderr)
		assert.Contains(t, stdout, "  killed\n")
		assert.True(t, isClosed(t, second))
	})
}
