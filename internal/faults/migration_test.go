package faults

import (
	"context"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// startShard starts a cluster node with CLUSTER MIGRATESLOTS, which Valkey has since
// 9.0. It skips the test if there is no such server.
func startShard(t *testing.T) *Node {
	t.Helper()
	for _, server := range Servers() {
		n, err := startNode(t.Context(), server, "--cluster-enabled", "yes")
		require.NoError(t, err)
		if help, err := n.Do("CLUSTER", "HELP"); err == nil && strings.Contains(help, "MIGRATESLOTS") {
			t.Cleanup(func() { assert.NoError(t, n.Close()) })
			return n
		}
		require.NoError(t, n.Close())
	}
	t.Skip("no server moves slots by itself: REDISTEST_SERVERS may name a Valkey 9")
	return nil
}

// migrate starts to move slots from one node to the other. It stops the other node, so
// that the connections stay open. It returns the row of the connection.
func migrate(t *testing.T, from, to *Node) string {
	t.Helper()
	entry := func(n *Node, args ...string) string {
		reply, err := n.Do(args...)
		require.NoError(t, err, args)
		return reply
	}
	entry(from, "CLUSTER", "ADDSLOTSRANGE", "0", "16383")
	host, port, _ := strings.Cut(to.Addr(), ":")
	entry(from, "CLUSTER", "MEET", host, port)
	id := entry(to, "CLUSTER", "MYID")
	require.Eventually(t, func() bool {
		return strings.Contains(entry(from, "CLUSTER", "INFO"), "cluster_state:ok") && strings.Contains(entry(from, "CLUSTER", "NODES"), id)
	}, startTime, 20*time.Millisecond)
	entry(from, "DEBUG", "POPULATE", "20000", "key", "100")
	require.NoError(t, to.Pause())
	t.Cleanup(func() { _ = to.Resume() })
	entry(from, "CLUSTER", "MIGRATESLOTS", "SLOTSRANGE", "0", "8000", "NODE", id)
	return linkOf(t, from)
}

// linkOf returns the row of the connection that moves slots.
func linkOf(t *testing.T, n *Node) (row string) {
	t.Helper()
	require.Eventually(t, func() bool {
		list, err := n.Do("CLIENT", "LIST")
		require.NoError(t, err)
		for line := range strings.Lines(list) {
			if strings.ContainsAny(field(line, " flags="), "Ei") {
				row = line
			}
		}
		return row != ""
	}, startTime, 20*time.Millisecond)
	return row
}

// Valkey reports success for a kill of such a connection and does not close it, so that
// the server itself must recognize it.
func TestASlotMigrationLinkIsProtected(t *testing.T) {
	from, to := startShard(t), startShard(t)
	dir := t.TempDir()
	api := &API{binary: buildOnce(t), dir: dir, addr: netip.AddrPortFrom(netip.AddrFrom4([4]byte{127, 62, byte(os.Getpid()), 1}), 1000).String(), audit: newAudit(filepath.Join(dir, "audit.jsonl"))}
	credentials, err := api.configure(from.Addr(), to.Addr())
	require.NoError(t, err)
	require.NoError(t, api.setPassword(api.newPassword()))
	for _, n := range []*Node{from, to} {
		_, err := n.Do(append([]string{"ACL", "SETUSER", nodeUser, "reset", "on", ">" + api.password}, rights...)...)
		require.NoError(t, err)
	}
	starting, cancel := context.WithTimeout(t.Context(), startTime)
	defer cancel()
	require.NoError(t, api.start(starting))
	t.Cleanup(func() { _, err := api.end(syscall.SIGTERM); assert.NoError(t, err) })
	c, err := client.New(api.URL(), client.Options{Credentials: credentials[0]})
	require.NoError(t, err)

	link := migrate(t, from, to)
	id, addr := field(" "+link, " id="), field(link, " addr=")
	for _, target := range []client.Target{client.Addr(addr), client.ID(id)} {
		_, err = c.Instance(project, instance).Kill(t.Context(), direct, []client.Target{target})
		var refused *client.Error
		require.ErrorAs(t, err, &refused, target)
		assert.Equal(t, 400, refused.Status)
		assert.Contains(t, refused.Error(), "slot-migration")
	}
	job, err := c.Instance(project, instance).KillAll(t.Context(), direct)
	require.NoError(t, err)
	_, err = c.Instance(project, "").WaitJob(t.Context(), job, nil)
	require.NoError(t, err)
	assert.Equal(t, id, field(" "+linkOf(t, from), " id="), "the link is the same")
	require.NoError(t, to.Resume())
	require.Eventually(t, func() bool {
		state, err := from.Do("CLUSTER", "GETSLOTMIGRATIONS")
		require.NoError(t, err)
		return strings.Contains(state, "success")
	}, startTime, 50*time.Millisecond, "the migration completes")
}
