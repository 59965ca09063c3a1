package server_test

import (
	"encoding/json"
	"fmt"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestAKillClosesExactlyTheNamedConnections(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
		var all []*redistest.Session
		for i := range 12 {
			all = append(all, redistest.Dial(t, node.Addr(), fmt.Sprintf("s-%d", i)))
		}
		got := a.killPeers(all[1], all[5], all[1])
		assert.Equal(t, 204, got.status)
		assert.Equal(t, "killed=2, gone=0, replaced=0", got.header.Get("X-Kill-Outcome"), "a repeated address counts once")
		for i, s := range all {
			if i == 1 || i == 5 {
				assert.True(t, s.Closed(), "session %d", i)
			} else {
				assert.True(t, s.Open(), "session %d", i)
			}
		}
		got = a.killPeers(all[1])
		assert.Equal(t, 204, got.status, "an address that is already gone is success")
		assert.Equal(t, "killed=0, gone=1, replaced=0", got.header.Get("X-Kill-Outcome"))
		got = a.killPeers(all[2], all[1], all[3], all[1])
		assert.Equal(t, "killed=2, gone=1, replaced=0, gone-at=:UA==:", got.header.Get("X-Kill-Outcome"), "the second and the fourth address were gone")
	})
}

func TestAnUnsafeRequestIDIsReplaced(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: redistest.Start(t).Addr()})
	for _, id := range []string{"a b", strings.Repeat("x", 65), "a\"b"} {
		got := a.send("POST", killPath, killBody("10.0.0.1:1"), map[string]string{"X-Request-Id": id})
		assert.Regexp(t, `^[0-9a-f]{32}$`, got.header.Get("X-Request-Id"))
	}
}

func TestAKillThatNamesAReplicaKillsNothing(t *testing.T) {
	t.Parallel()
	primary, _, replica := startPair(t)
	a := startAPI(t, fleet.NodeConfig{Address: primary.Addr()})
	session := redistest.Dial(t, primary.Addr(), "session")
	link := replica()
	got := a.kill(killBody(session.Addr(), link))
	assert.Equal(t, 400, got.status)
	assert.Equal(t, "Protected: "+link+" (a replication link)", got.details())
	assert.True(t, session.Open())
	assert.Equal(t, link, replica())
}

// After a client disconnects, another client may get its port.
func TestAKillMeansTheSessionThatItsCallerHasListed(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
		session := dialRaw(t, "tcp", node.Addr(), redistest.LocalAddr(t))
		addr := session.LocalAddr().String()
		require.Len(t, a.list("?addr="+addr).Clients, 1)
		newSession := session.comeBack()
		redistest.AwaitAlone(t, node.Addr(), addr)
		assert.Equal(t, 200, a.scan(`{"clean_cache":true}`).status, "a scan alone lists nothing")
		other := dialRaw(t, "tcp", node.Addr(), nil)
		got := a.kill(killBody(addr, other.LocalAddr().String(), "10.0.0.1:1"))
		assert.Equal(t, 400, got.status)
		assert.Equal(t, "DCS.4800", got.fault.ErrorCode)
		assert.Equal(t, "Replaced: "+addr+". List again.", got.details())
		assert.Equal(t, "killed=1, gone=1, replaced=1, gone-at=:IA==:, replaced-at=:gA==:", got.header.Get("X-Kill-Outcome"))
		assert.True(t, newSession.open(), "it is not the listed session")
		assert.False(t, other.open(), "the others are killed")
		assert.Equal(t, []any{addr}, a.lastResult()["replaced"])

		assert.Equal(t, 204, a.do(a.signed(opsKey, killBody(addr))).status)
		assert.False(t, newSession.open(), "another caller has listed nothing, so the address means its current session")

		last := dialRaw(t, "tcp", node.Addr(), nil)
		addr = last.LocalAddr().String()
		assert.Equal(t, 204, a.kill(killBody(addr)).status)
		assert.False(t, last.open(), "a session newer than the listing is killed by its address")

		again := dialRaw(t, "tcp", node.Addr(), nil)
		addr = again.LocalAddr().String()
		assert.Equal(t, 200, a.scan(`{"clean_cache":true}`).status)
		require.Len(t, a.list("?addr="+addr).Clients, 1)
		assert.Equal(t, 204, a.kill(killBody(addr)).status)
		assert.False(t, again.open())
		assert.Equal(t, []any{addr}, a.lastResult()["killed"])
	})
}

func TestSessionsAreKilledByTheirIDs(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
		one, other, third := redistest.Dial(t, node.Addr(), "one"), redistest.Dial(t, node.Addr(), "other"), redistest.Dial(t, node.Addr(), "third")
		id, err := one.Do("CLIENT", "ID")
		require.NoError(t, err)
		got := a.kill(fmt.Sprintf(`{"node_id":"n","client_addrs":[%q],"client_ids":["999999999",%q]}`, third.Addr(), id))
		assert.Equal(t, 204, got.status, got.body)
		assert.Equal(t, "killed=2, gone=1, replaced=0, gone-at=:QA==:", got.header.Get("X-Kill-Outcome"))
		assert.True(t, one.Closed())
		assert.True(t, third.Closed())
		assert.True(t, other.Open())
		assert.ElementsMatch(t, []any{third.Addr(), fmt.Sprint("id=", id)}, a.lastResult()["killed"])
	})
}

func TestASessionOfAUnixSocketIsKilledByItsID(t *testing.T) {
	t.Parallel()
	socket := t.TempDir() + "/a b"
	node := redistest.Start(t, "--unixsocket", socket)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	s := dialRaw(t, "unix", socket, nil)
	page := a.list("?sort=id&order=desc")
	require.NotEmpty(t, page.Clients)
	require.Equal(t, "unix", page.Clients[0].Network)
	assert.Equal(t, socket+":0", page.Clients[0].Addr)
	got := a.kill(`{"node_id":"n","client_ids":["` + page.Clients[0].ID + `"]}`)
	assert.Equal(t, 204, got.status, got.body)
	assert.Equal(t, "killed=1, gone=0, replaced=0", got.header.Get("X-Kill-Outcome"))
	assert.False(t, s.open())
}

// A listing is valid for one run of the node. After a restart the ids start again, so a
// new session may have both the id and the address of a listed one.
func TestAfterARestartANewSessionIsNotTheListedOne(t *testing.T) {
	t.Parallel()
	for range 3 {
		node := redistest.Start(t)
		a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
		listed := dialRaw(t, "tcp", node.Addr(), redistest.LocalAddr(t))
		addr := listed.LocalAddr().String()
		require.Len(t, a.list("?addr="+addr).Clients, 1)
		require.NoError(t, listed.Conn.(*net.TCPConn).SetLinger(0)) // a connection in TIME_WAIT would hold the address
		require.NoError(t, listed.Close())
		require.NoError(t, node.Restart(t.Context()))
		local, err := net.ResolveTCPAddr("tcp", addr)
		require.NoError(t, err)
		newSession := dialRaw(t, "tcp", node.Addr(), local)
		got := a.kill(killBody(addr))
		assert.Equal(t, 400, got.status, got.body)
		assert.Equal(t, "Replaced: "+addr+". List again.", got.details())
		assert.True(t, newSession.open())
		require.Len(t, a.list("?addr="+addr).Clients, 1)
		assert.Equal(t, 204, a.kill(killBody(addr)).status)
		assert.False(t, newSession.open())
	}
}

func TestALargeKillReportsTheGoneSessionsCompactly(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	s := redistest.Dial(t, node.Addr(), "s")
	addrs := []string{s.Addr()}
	for i := range 9_999 {
		addrs = append(addrs, fmt.Sprintf("10.0.%d.%d:1", i/250, i%250+1))
	}
	got := a.kill(killBody(addrs...))
	assert.Equal(t, 204, got.status, got.body)
	outcome := got.header.Get("X-Kill-Outcome")
	assert.Regexp(t, `^killed=1, gone=9999, replaced=0, gone-at=:f/+`, outcome)
	assert.Less(t, len(outcome), 2_000, "proxies limit headers to a few kilobytes")
}

func TestTheLargestOutcomeHeaderMatchesTheContract(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	replaced := dialRaw(t, "tcp", node.Addr(), redistest.LocalAddr(t))
	addr := replaced.LocalAddr().String()
	require.NotEmpty(t, a.list("?addr="+addr).Clients)
	replaced.comeBack()
	redistest.AwaitAlone(t, node.Addr(), addr)
	body := gen.HangUpClientsRequest{NodeID: "n", ClientAddrs: []string{addr}}
	for i := range 9_999 {
		body.ClientAddrs = append(body.ClientAddrs, fmt.Sprintf("10.0.%d.%d:1", i/250, i%250+1))
	}
	for i := range 10_000 {
		body.ClientIDs = append(body.ClientIDs, strconv.Itoa(1_000_000_000+i))
	}
	data, err := json.Marshal(body)
	require.NoError(t, err)
	got := a.kill(string(data))
	assert.Equal(t, 400, got.status, got.body)
	assert.Regexp(t, `^killed=0, gone=19999, replaced=1, gone-at=:f/.*, replaced-at=:gA`, got.header.Get("X-Kill-Outcome"))
}

func TestANodeThatFailsGetsTheRightStatus(t *testing.T) {
	t.Parallel()
	t.Run("down is a 500", func(t *testing.T) {
		t.Parallel()
		node := redistest.Start(t)
		a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
		require.NoError(t, node.Close())
		got := a.kill(killBody("10.0.0.1:1"))
		assert.Equal(t, 500, got.status)
		assert.Equal(t, "DCS.5024", got.fault.ErrorCode)
		assert.NotContains(t, got.body, node.Addr(), "the response does not reveal the node's address")
		assert.Contains(t, a.log.String(), node.Addr(), "the log does")
	})
	t.Run("restarted between two kills is a 204", func(t *testing.T) {
		t.Parallel()
		node := redistest.Start(t)
		a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
		assert.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status)
		require.NoError(t, node.Restart(t.Context()))
		s := redistest.Dial(t, node.Addr(), "s")
		assert.Equal(t, 204, a.killPeers(s).status)
		assert.True(t, s.Closed())
	})
	t.Run("without its password is a 500, with it a 204", func(t *testing.T) {
		t.Parallel()
		node := redistest.Start(t, "--requirepass", "s3cret")
		got := startAPI(t, fleet.NodeConfig{Address: node.Addr()}).kill(killBody("10.0.0.1:1"))
		assert.Equal(t, 500, got.status)
		assert.Equal(t, "DCS.5024", got.fault.ErrorCode)
		a := startAPI(t, fleet.NodeConfig{Address: node.Addr(), PasswordEnv: "NODE_PASSWORD"})
		assert.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status)
		assert.NotContains(t, a.log.String(), "s3cret")
	})
	t.Run("hanging is a 500 in bounded time", func(t *testing.T) {
		t.Parallel()
		node := redistest.Start(t)
		a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
		require.NoError(t, node.Pause())
		got := a.kill(killBody("10.0.0.1:1"))
		require.NoError(t, node.Resume())
		assert.Equal(t, 500, got.status)
		assert.Contains(t, got.details(), "Trying again is safe.")
		assert.Eventually(t, func() bool { return a.kill(killBody("10.0.0.1:1")).status == 204 }, 10*time.Second, 50*time.Millisecond)
	})
	t.Run("too old is a 500 that says so", func(t *testing.T) {
		t.Parallel()
		node, err := fakeredis.Start() // replies like Redis 4
		require.NoError(t, err)
		defer node.Close()
		node.Fail("ERR Syntax error, try CLIENT (LIST | KILL | GETNAME | SETNAME | PAUSE | REPLY)")
		got := startAPI(t, fleet.NodeConfig{Address: node.Addr()}).kill(killBody("10.0.0.1:1"))
		assert.Equal(t, 500, got.status)
		assert.Equal(t, "DCS.5024", got.fault.ErrorCode)
		assert.Contains(t, got.details(), "The server is too old")
	})
	for _, reply := range []string{"BUSY Redis is busy running a script.", "LOADING Redis is loading the dataset in memory"} {
		t.Run(reply+" is a 503 to try again", func(t *testing.T) {
			t.Parallel()
			node, err := fakeredis.Start() // a real server does not fail like this on demand
			require.NoError(t, err)
			defer node.Close()
			node.Fail(reply)
			a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
			got := a.kill(killBody("10.0.0.1:1"))
			assert.Equal(t, 503, got.status)
			assert.Equal(t, "1", got.header.Get("Retry-After"))
			node.Fail("")
			assert.Eventually(t, func() bool { return a.kill(killBody("10.0.0.1:1")).status == 204 }, limit, 50*time.Millisecond)
		})
	}
}
