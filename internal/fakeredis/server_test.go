package fakeredis_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestFailMakesEveryCommandExceptPINGFail(t *testing.T) {
	node := startServer(t)
	s := redistest.Dial(t, node.Addr(), "")
	const busy = "BUSY Redis is busy running a script."
	node.Fail(busy)
	for _, command := range []string{"CLIENT LIST", "CLIENT KILL ID 1", "GET k", "NOPE", "HELLO 2"} {
		_, err := s.Do(strings.Fields(command)...)
		assert.EqualError(t, err, busy, command)
	}
	assert.True(t, s.Open())
	node.Fail("")
	_, err := s.Do("CLIENT", "LIST")
	assert.NoError(t, err)
}

func TestHELLOOffersOnlyRESP2(t *testing.T) {
	s := redistest.Dial(t, startServer(t).Addr(), "")
	_, err := s.Do("HELLO", "3")
	assert.EqualError(t, err, "NOPROTO unsupported protocol version")
	reply, err := s.Do("HELLO", "2", "SETNAME", "bob")
	require.NoError(t, err)
	assert.Equal(t, "server redis version 7.0.0 proto 2 id 1 mode standalone role master modules ", reply)
	name, err := s.Do("CLIENT", "GETNAME")
	require.NoError(t, err)
	assert.Equal(t, "bob", name)
}

// This is not a conformance case, because those are pipelined: Redis 8.0.6 and
// Valkey 8.1.1 drop this reply if it follows another in one pipeline.
func TestAnUnknownUserIsRefused(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		s := redistest.Dial(t, node.Addr(), "alice")
		for _, command := range []string{"AUTH nobody x", "HELLO 2 AUTH nobody x SETNAME bob"} {
			_, err := s.Do(strings.Fields(command)...)
			assert.EqualError(t, err, "WRONGPASS invalid username-password pair or user is disabled.", command)
		}
		assert.Equal(t, "alice", redistest.Do(t, s, "CLIENT GETNAME"), "no option of a refused HELLO takes effect")
	})
}

func TestCloseEndsEverySessionAndMayBeCalledAgain(t *testing.T) {
	node := startServer(t)
	s := redistest.Dial(t, node.Addr(), "")
	require.NoError(t, node.Close())
	require.NoError(t, node.Close())
	assert.True(t, s.Closed())
	_, err := net.DialTimeout("tcp", node.Addr(), time.Second)
	assert.Error(t, err)
}

func TestSessionsConnectAndLeaveWhileOthersListAndKill(t *testing.T) {
	node := startServer(t)
	var wg sync.WaitGroup
	for i := range 16 {
		wg.Go(func() {
			s, err := localnode.Dial(node.Addr(), fmt.Sprint("worker-", i))
			if err != nil {
				return // killed before it was named
			}
			defer s.Close()
			for n := range 50 {
				victim := fmt.Sprint(i*50 + n)
				for _, command := range []string{"SET k v", "CLIENT LIST", "CLIENT KILL ID " + victim, "GET k"} {
					if _, err := s.Do(strings.Fields(command)...); err != nil {
						return // killed
					}
				}
			}
		})
	}
	wg.Wait()
	s := redistest.Dial(t, node.Addr(), "last")
	assert.Eventually(t, func() bool {
		rows, err := s.Do("CLIENT", "LIST")
		return err == nil && strings.Count(rows, "\n") == 1 && strings.Contains(rows, "name=last")
	}, 2*time.Second, 10*time.Millisecond, "sessions that left are still listed")
}

func startServer(t *testing.T) *fakeredis.Server {
	t.Helper()
	node, err := fakeredis.Start()
	require.NoError(t, err)
	t.Cleanup(func() { node.Close() })
	return node
}
