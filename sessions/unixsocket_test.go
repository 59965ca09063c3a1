package sessions_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

func TestSessionsOfAUnixSocketAreKilledByTheirIDs(t *testing.T) {
	t.Parallel()
	dir, err := os.MkdirTemp("", "s") // a short one: servers cut long ones off
	require.NoError(t, err)
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "my own name=x fd=9.sock") // a file's name may contain any text
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		var all []*unixSession
		for i := range 4 {
			all = append(all, dialUnix(t, path, fmt.Sprintf("s-%d", i)))
		}
		_, err := io.WriteString(all[3], "SUBSCRIBE news\r\n")
		require.NoError(t, err)
		_, err = all[3].r.ReadString('s')
		require.NoError(t, err)

		l, err := n.List(t.Context())
		require.NoError(t, err)
		ids := map[string]int64{}
		for _, s := range l.Sessions {
			if strings.Contains(s.Flags, "U") {
				assert.Contains(t, []string{path + ":0", "[" + path + ":0]:0"}, s.Addr)
				assert.False(t, s.Peer.IsValid())
				ids[s.Name] = s.ID
			}
		}
		require.Len(t, ids, 4, "each has its own name")
		shown := l.Snapshot()
		outcomes, err := n.Kill(t.Context(), []sessions.Target{sessions.ID(ids["s-1"]), shown.ID(ids["s-2"]), shown.ID(ids["s-3"]), sessions.ID(1 << 40)})
		require.NoError(t, err)
		assert.Equal(t, []sessions.Outcome{
			{ID: ids["s-1"], Result: sessions.Killed}, {ID: ids["s-2"], Result: sessions.Killed},
			{ID: ids["s-3"], Result: sessions.Killed}, {ID: 1 << 40, Result: sessions.Gone},
		}, outcomes)
		for i, s := range all {
			assert.Equal(t, i > 0, s.closed(), "session %d", i)
		}
	}, "--unixsocket", path)
}

type unixSession struct {
	net.Conn
	r *bufio.Reader
}

func dialUnix(t *testing.T, path, name string) *unixSession {
	conn, err := net.Dial("unix", path)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	s := &unixSession{conn, bufio.NewReader(conn)}
	_, err = io.WriteString(s, "CLIENT SETNAME "+name+"\r\n")
	require.NoError(t, err)
	line, err := s.r.ReadString('\n')
	require.NoError(t, err)
	require.Equal(t, "+OK\r\n", line)
	return s
}

func (s *unixSession) closed() bool {
	_ = s.SetDeadline(time.Now().Add(300 * time.Millisecond))
	_, err := io.Copy(io.Discard, s.r)
	return err == nil // nil means end of file
}

// The server lists addr=?:0 for a session whose peer it could not find out.
func TestASessionWithoutAnAddressIsKilledByItsID(t *testing.T) {
	t.Parallel()
	killed := make(chan string, 10)
	addr := scriptedServer(t, func(command string) string {
		switch {
		case strings.HasPrefix(command, "CLIENT LIST"):
			return bulk("id=1 addr=127.0.0.1:1 flags=N\nid=5 addr=?:0 flags=N\nid=6 addr=?:0 flags=P\n")
		case strings.HasPrefix(command, "CLIENT KILL"):
			killed <- command
			return ":1\r\n"
		}
		return ""
	})
	n := openNode(t, sessions.Options{Address: addr})
	outcomes, err := n.Kill(t.Context(), []sessions.Target{sessions.ID(5), sessions.ID(6), sessions.ID(5)})
	require.NoError(t, err)
	assert.Equal(t, []sessions.Result{sessions.Killed, sessions.Killed, sessions.Killed}, results(outcomes))
	close(killed)
	var sent []string
	for command := range killed {
		sent = append(sent, command)
	}
	assert.Equal(t, []string{"CLIENT KILL ID 5 TYPE normal", "CLIENT KILL ID 6 TYPE pubsub"}, sent)
}
