package sessions_test

import (
	"net"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// Valkey 9 moves slots over a link of its own. CLIENT KILL does not close it, and
// replies that it closed nothing.
func TestASlotMigrationLinkIsProtected(t *testing.T) {
	t.Parallel()
	tried := false
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		admin := redistest.Dial(t, server.Addr(), "")
		if _, err := admin.Do("CLUSTER", "GETSLOTMIGRATIONS"); err != nil && strings.Contains(err.Error(), "unknown subcommand") {
			t.Skip("it has no slot-migration links: ", err)
		}
		tried = true
		source, target := startCluster(t, server.Binary())
		for _, side := range []struct {
			node *localnode.Process
			flag string
		}{{source, "E"}, {target, "i"}} {
			t.Run("flag "+side.flag, func(t *testing.T) {
				links := func() []netip.AddrPort { return peersOf(t, side.node.Addr(), "", "FLAGS", side.flag) }
				require.Eventually(t, func() bool { return len(links()) == 1 }, 10*time.Second, 10*time.Millisecond)
				before := links()
				n := openNode(t, sessions.Options{Address: side.node.Addr()})
				l, err := n.List(t.Context())
				require.NoError(t, err)
				for _, s := range l.Sessions {
					assert.Equal(t, s.Peer == before[0], s.Protection() == sessions.SlotMigration)
				}
				requireProtected(t, n, side.node.Addr(), before...)
				for range 300 { // more than smallServer
					redistest.Dial(t, side.node.Addr(), "")
				}
				_, err = n.List(t.Context())
				require.NoError(t, err)
				_, err = n.Kill(t.Context(), at(before...))
				require.ErrorIs(t, err, sessions.ErrProtected)
				assert.Equal(t, before, links(), "the link is still connected")
			})
		}
	})
	if !tried {
		t.Skip("no server here has slot-migration links: set REDISTEST_SERVERS to a Valkey 9")
	}
}

// startCluster starts a cluster of two nodes, and a slow migration of a slot.
func startCluster(t *testing.T, binary string) (source, target *localnode.Process) {
	var sides [2]*localnode.Process
	var admins [2]*redistest.Session
	var bus string
	for i := range sides {
		_, bus, _ = net.SplitHostPort(redistest.LocalAddr(t).String())
		sides[i] = redistest.StartBinary(t, binary, "--cluster-enabled", "yes", "--cluster-port", bus)
		admins[i] = redistest.Dial(t, sides[i].Addr(), "")
	}
	do := func(side int, command ...string) string {
		reply, err := admins[side].Do(command...)
		require.NoError(t, err, "%v", command)
		return reply
	}
	host, port, _ := net.SplitHostPort(sides[1].Addr())
	do(0, "CLUSTER", "MEET", host, port, bus)
	do(0, "CLUSTER", "ADDSLOTSRANGE", "0", "8191")
	do(1, "CLUSTER", "ADDSLOTSRANGE", "8192", "16383")
	for side := range sides {
		require.Eventually(t, func() bool { return strings.Contains(do(side, "CLUSTER", "INFO"), "cluster_state:ok") }, 20*time.Second, 20*time.Millisecond)
	}
	do(0, "EVAL", "for i=1,20000 do redis.call('set', KEYS[1]..i, string.rep('x',100)) end", "1", "{06S}") // of slot 0
	do(0, "CONFIG", "SET", "rdb-key-save-delay", "1000")                                                   // µs, so 20 s
	do(0, "CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", "0", "0", "NODE", do(1, "CLUSTER", "MYID"))
	return sides[0], sides[1]
}
