package server_test

import (
	"encoding/json"
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

const nodesPath = "/v2/p/instances/i/logical-nodes"

func (a *api) nodes() (list gen.NodeList) {
	a.t.Helper()
	got := a.send("GET", nodesPath, "", nil)
	require.Equal(a.t, 200, got.status, got.body)
	require.NoError(a.t, json.Unmarshal([]byte(got.body), &list))
	return list
}

// startPair starts a primary and its replica and waits until they are linked. link
// returns the address of the replication link on the primary.
func startPair(t *testing.T) (primary, replica *localnode.Process, link func() string) {
	primary = redistest.Start(t, "--repl-diskless-sync-delay", "0")
	host, port, _ := strings.Cut(primary.Addr(), ":")
	replica = redistest.Start(t, "--replicaof", host, port)
	admin := redistest.Dial(t, primary.Addr(), "admin")
	link = func() string {
		list, err := admin.Do("CLIENT", "LIST", "TYPE", "replica")
		require.NoError(t, err)
		_, rest, _ := strings.Cut(list, " addr=")
		addr, _, _ := strings.Cut(rest, " ")
		return addr
	}
	other := redistest.Dial(t, replica.Addr(), "admin")
	require.Eventually(t, func() bool {
		info, err := other.Do("INFO", "replication")
		require.NoError(t, err)
		return strings.Contains(info, "master_link_status:up") && link() != ""
	}, 10*time.Second, 20*time.Millisecond)
	return primary, replica, link
}

func TestEachNodeReportsItsRoleAndStatus(t *testing.T) {
	t.Parallel()
	primary, replica, _ := startPair(t)
	down := redistest.Start(t)
	require.NoError(t, down.Close())
	hung := redistest.Start(t)
	require.NoError(t, hung.Pause())
	defer hung.Resume() //nolint:errcheck // the test is over
	busy, err := fakeredis.Start()
	require.NoError(t, err)
	defer busy.Close()
	busy.Fail("BUSY Redis is busy running a script.")
	locked := redistest.Start(t, "--requirepass", "s3cret")
	renamed := redistest.Start(t, "--rename-command", "CLIENT", "HIDDEN") // ROLE works there
	reader := redistest.Start(t, "--user", "reader", "on", ">s3cret", "-@all", "+client|list", "+client|id", "+role")
	a := startInstance(t,
		fleet.NodeConfig{ID: "primary", Name: "shard 1", Address: primary.Addr()}, fleet.NodeConfig{ID: "replica", Address: replica.Addr()},
		fleet.NodeConfig{ID: "down", Address: down.Addr()}, fleet.NodeConfig{ID: "hung", Address: hung.Addr()},
		fleet.NodeConfig{ID: "busy", Address: busy.Addr()}, fleet.NodeConfig{ID: "locked", Address: locked.Addr()},
		fleet.NodeConfig{ID: "renamed", Address: renamed.Addr()},
		fleet.NodeConfig{ID: "reader", Address: reader.Addr(), Username: "reader", PasswordEnv: "NODE_PASSWORD"},
		fleet.NodeConfig{ID: "name", Address: strings.Replace(primary.Addr(), "127.0.0.1", "localhost", 1)},
		fleet.NodeConfig{ID: "ip6", Address: "[2001:db8::1]:1"},
	)
	start := time.Now()
	list := a.nodes()
	assert.Less(t, time.Since(start), 3*time.Second, "the server asks all nodes at the same time, for at most two seconds")
	assert.Equal(t, "i", list.InstanceID)
	assert.EqualValues(t, 10, list.Total)

	reasons := map[string]string{}
	for i, n := range list.Nodes {
		if n.StatusReason != "" {
			reasons[n.NodeID], list.Nodes[i].StatusReason = n.StatusReason, ""
		}
	}
	assert.Contains(t, reasons["down"], "nothing listens on the port")
	assert.NotEmpty(t, reasons["hung"])
	assert.Contains(t, reasons["busy"], "busy with a script")
	assert.Contains(t, reasons["locked"], "requires a password")
	assert.Contains(t, reasons["renamed"], "does not know CLIENT")
	assert.Contains(t, reasons["reader"], "may not run CLIENT KILL")
	assert.NotEmpty(t, reasons["ip6"])
	assert.Len(t, reasons, 7)
	node := func(id, name, address string, status gen.NodeInfoStatus, kind gen.NodeInfoNodeType) gen.NodeInfo {
		host, port, _ := strings.Cut(address, ":")
		return gen.NodeInfo{LogicalNodeID: id, NodeID: id, Name: name, NodeRole: gen.RedisServer, NodeIP: host, NodePort: port, Status: status, NodeType: kind}
	}
	ip6 := node("ip6", "ip6", ":1", gen.Inactive, "")
	ip6.NodeIP = "2001:db8::1"
	assert.Equal(t, []gen.NodeInfo{
		node("primary", "shard 1", primary.Addr(), gen.Active, gen.Master),
		node("replica", "replica", replica.Addr(), gen.Active, gen.Slave),
		node("down", "down", down.Addr(), gen.Inactive, ""),
		node("hung", "hung", hung.Addr(), gen.Inactive, ""),
		node("busy", "busy", busy.Addr(), gen.Active, ""),
		node("locked", "locked", locked.Addr(), gen.Inactive, ""),
		node("renamed", "renamed", renamed.Addr(), gen.Inactive, ""),
		node("reader", "reader", reader.Addr(), gen.Inactive, gen.Master),
		node("name", "name", strings.Replace(primary.Addr(), "127.0.0.1", "localhost", 1), gen.Active, gen.Master),
		ip6,
	}, list.Nodes)
	assert.Len(t, a.log.lines(t, "a node's sessions cannot be managed"), 7)
}

func TestAnInvalidListOfNodesIsRefused(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: "127.0.0.1:1"})
	for name, c := range map[string]struct {
		path, token string
		status      int
		code        string
	}{
		"of an unknown instance":           {"/v2/p/instances/j/logical-nodes", opsToken, 404, "DCS.3022"},
		"of another project's instance":    {"/v2/other/instances/i/logical-nodes", otherToken, 404, "DCS.3022"},
		"by a caller that may only kill":   {nodesPath, killerToken, 403, "DCS.2007"},
		"with another project's token":     {nodesPath, otherToken, 403, "DCS.1004"},
		"of an instance id that is no one": {"/v2/p/instances/i.j/logical-nodes", opsToken, 400, "DCS.4061"},
	} {
		t.Run(name, func(t *testing.T) {
			got := a.send("GET", c.path, "", map[string]string{"X-Auth-Token": c.token})
			assert.Equal(t, c.status, got.status)
			assert.Equal(t, c.code, got.fault.ErrorCode)
		})
	}
	got := a.send("GET", "/v2/p/instances/empty/logical-nodes", "", nil)
	assert.Equal(t, 200, got.status)
	assert.JSONEq(t, `{"instance_id":"empty","total":0,"nodes":[]}`, got.body)
}
