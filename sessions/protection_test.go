package sessions_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
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

// requireProtected kills another session together with each link, in every way to
// name them, and requires that both stay. It then kills all, and requires that only
// the links stay.
func requireProtected(t *testing.T, n *sessions.Node, server string, links ...netip.AddrPort) {
	for name, way := range targetings {
		t.Run(name, func(t *testing.T) {
			for _, link := range links {
				plain := redistest.Dial(t, server, "plain")
				outcomes, err := n.Kill(t.Context(), way(t, n, addrOf(plain), link))
				require.ErrorIs(t, err, sessions.ErrProtected)
				assert.Equal(t, []sessions.Result{sessions.Skipped, sessions.Protected}, results(outcomes)[:2])
				assert.Equal(t, sessions.Unprotected, outcomes[0].Protection)
				assert.NotEqual(t, sessions.Unprotected, outcomes[1].Protection)
				assert.True(t, plain.Open())
			}
		})
	}
	t.Run("with all", func(t *testing.T) {
		plain := redistest.Dial(t, server, "plain")
		outcomes, err := n.KillAll(t.Context(), nil)
		require.NoError(t, err)
		for _, link := range links {
			assert.Equal(t, sessions.Protected, resultAt(outcomes, link))
		}
		assert.Equal(t, sessions.Killed, resultAt(outcomes, addrOf(plain)))
		assert.True(t, plain.Closed())
	})
}

func TestTheNodesOwnConnectionIsProtected(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		l, err := n.List(t.Context())
		require.NoError(t, err)
		require.Len(t, l.Sessions, 1)
		assert.True(t, l.Sessions[0].Protected())
		requireProtected(t, n, server.Addr(), l.Sessions[0].Peer)
	})
}

func TestASentinelsLinksAreProtected(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		command := redistest.Dial(t, server.Addr(), "sentinel-0f3a19bd-cmd")
		subscription := redistest.Dial(t, server.Addr(), "sentinel-0f3a19bd-pubsub")
		_, err := subscription.Do("SUBSCRIBE", "__sentinel__:hello")
		require.NoError(t, err)
		requireProtected(t, n, server.Addr(), addrOf(command), addrOf(subscription))
		assert.True(t, command.Open())
		assert.True(t, subscription.Open())
	})
}

func TestASessionThatBecameASentinelsLinkAfterTheListIsProtected(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		s := redistest.Dial(t, server.Addr(), "s")
		targets := listed(t, n, addrOf(s))
		_, err := s.Do("CLIENT", "SETNAME", "sentinel-0f3a19bd-cmd")
		require.NoError(t, err)
		outcomes, err := n.Kill(t.Context(), targets)
		require.ErrorIs(t, err, sessions.ErrProtected)
		assert.Equal(t, []sessions.Result{sessions.Protected}, results(outcomes))
		assert.True(t, s.Open())
	})
}

func TestASessionThatBecomesASentinelsLinkDuringKillAllIsProtected(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		var all []*redistest.Session
		for range 100 {
			all = append(all, redistest.Dial(t, server.Addr(), "s"))
		}
		last := all[99]
		outcomes, err := n.KillAll(t.Context(), func([]sessions.Outcome) {
			_, err := last.Do("CLIENT", "SETNAME", "sentinel-0f3a19bd-cmd")
			require.NoError(t, err)
		})
		require.NoError(t, err)
		assert.Equal(t, sessions.Protected, resultAt(outcomes, addrOf(last)))
		assert.True(t, last.Open())
		assert.True(t, all[98].Closed())
	})
}

func TestARealSentinelKeepsItsLinks(t *testing.T) {
	t.Parallel()
	primary := redistest.Start(t)
	host, port, _ := strings.Cut(primary.Addr(), ":")
	startSentinel(t, host, port)
	links := func() []netip.AddrPort { return peersOf(t, primary.Addr(), " name=sentinel-") }
	require.Eventually(t, func() bool { return len(links()) == 2 }, 20*time.Second, 50*time.Millisecond)
	before := links()
	n := openNode(t, sessions.Options{Address: primary.Addr()})
	requireProtected(t, n, primary.Addr(), before...)
	plain := redistest.Dial(t, primary.Addr(), "plain")
	_, err := n.Kill(t.Context(), targetsOf(plain))
	require.NoError(t, err)
	assert.True(t, plain.Closed())
	assert.ElementsMatch(t, before, links())
}

// startSentinel starts a Sentinel that watches a primary. It is the server's own
// binary.
func startSentinel(t *testing.T, host, port string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, own, _ := net.SplitHostPort(ln.Addr().String())
	file := filepath.Join(t.TempDir(), "sentinel.conf")
	require.NoError(t, os.WriteFile(file, fmt.Appendf(nil, "port %s\nbind 127.0.0.1\nsentinel monitor m %s %s 1\n", own, host, port), 0o600))
	cmd := exec.Command(localnode.Find(), file, "--sentinel")
	cmd.Dir = filepath.Dir(file)
	ln.Close()
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
}

func TestReplicationIsProtectedInBothDirections(t *testing.T) {
	t.Parallel()
	primary, replica := startPair(t)
	for _, side := range []struct {
		name, kind string
		node       *localnode.Process
	}{{"the primary's replica", "replica", primary}, {"the replica's primary", "master", replica}} {
		t.Run(side.name, func(t *testing.T) {
			links := peersOf(t, side.node.Addr(), "", "TYPE", side.kind)
			n := openNode(t, sessions.Options{Address: side.node.Addr()})
			requireProtected(t, n, side.node.Addr(), links...)
			assert.Equal(t, links, peersOf(t, side.node.Addr(), "", "TYPE", side.kind), "the link is still connected")
		})
	}
}

// startPair starts a primary and its replica, and waits until they are connected.
func startPair(t *testing.T) (primary, replica *localnode.Process) {
	primary = redistest.Start(t, "--repl-diskless-sync-delay", "0")
	host, port, _ := strings.Cut(primary.Addr(), ":")
	replica = redistest.Start(t, "--replicaof", host, port)
	require.Eventually(t, func() bool {
		return len(peersOf(t, primary.Addr(), "", "TYPE", "replica")) == 1 &&
			len(peersOf(t, replica.Addr(), "", "TYPE", "master")) == 1
	}, 10*time.Second, 20*time.Millisecond)
	return primary, replica
}

// Only its name identifies a Sentinel's command link, and its other link may be
// missing for a while.
func TestASentinelsCommandLinkAloneIsProtectedAmongManySessions(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: server.Addr()})
	link := redistest.Dial(t, server.Addr(), "sentinel-x-cmd")
	for range 300 {
		redistest.Dial(t, server.Addr(), "many")
	}
	for range 3 {
		outcomes, err := n.Kill(t.Context(), []sessions.Target{{Addr: addrOf(link)}})
		require.ErrorIs(t, err, sessions.ErrProtected)
		assert.Equal(t, sessions.Sentinel, outcomes[0].Protection)
	}
	assert.True(t, link.Open())
}
