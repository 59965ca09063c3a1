package sessions_test

import (
	"fmt"
	"net"
	"net/netip"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

func openNode(t *testing.T, o sessions.Options) *sessions.Node {
	n := sessions.Open(o)
	t.Cleanup(func() { n.Close() })
	return n
}

func addrsOf(of ...*redistest.Session) (addrs []netip.AddrPort) {
	for _, s := range of {
		addrs = append(addrs, netip.MustParseAddrPort(s.Addr()))
	}
	return addrs
}

func results(outcomes []sessions.Outcome) (list []sessions.Result) {
	for _, o := range outcomes {
		list = append(list, o.Result)
	}
	return list
}

// peersOf asks the node itself for the sessions of a type, or of a name.
func peersOf(t *testing.T, addr, match string, filter ...string) (addrs []netip.AddrPort) {
	admin := redistest.Dial(t, addr, "")
	defer admin.Close()
	list, err := admin.Do(append([]string{"CLIENT", "LIST"}, filter...)...)
	require.NoError(t, err)
	for line := range strings.Lines(list) {
		_, rest, _ := strings.Cut(line, " addr=")
		text, _, _ := strings.Cut(rest, " ")
		if a, err := netip.ParseAddrPort(text); err == nil && strings.Contains(line, match) {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

func TestExactlyTheNamedSocketsClose(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		var all []*redistest.Session
		for i := range 12 {
			all = append(all, redistest.Dial(t, server.Addr(), fmt.Sprintf("s-%d", i)))
		}
		outcomes, err := n.Kill(t.Context(), addrsOf(all[3], all[7], all[3]))
		require.NoError(t, err)
		assert.Equal(t, []sessions.Outcome{
			{Addr: addrsOf(all[3])[0], Result: sessions.Killed},
			{Addr: addrsOf(all[7])[0], Result: sessions.Killed},
		}, outcomes, "an address given twice counts once")
		for i, s := range all {
			if i == 3 || i == 7 {
				assert.True(t, s.Closed(), "session %d", i)
			} else {
				assert.True(t, s.Open(), "session %d", i)
			}
		}
	})
}

func TestAnAddressThatIsAlreadyGoneIsSuccess(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		s := redistest.Dial(t, server.Addr(), "s")
		addrs := append(addrsOf(s), netip.MustParseAddrPort("[2001:db8::1]:6379"))
		for _, first := range []sessions.Result{sessions.Killed, sessions.Gone} {
			outcomes, err := n.Kill(t.Context(), addrs)
			require.NoError(t, err)
			assert.Equal(t, []sessions.Result{first, sessions.Gone}, results(outcomes))
		}
	})
}

func TestSubscribersAndBlockedClientsAreKilledToo(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		subscriber := redistest.Dial(t, server.Addr(), "subscriber")
		_, err := subscriber.Do("SUBSCRIBE", "news")
		require.NoError(t, err)
		plain := redistest.Dial(t, server.Addr(), "plain")
		outcomes, err := n.Kill(t.Context(), addrsOf(subscriber, plain))
		require.NoError(t, err)
		assert.Equal(t, []sessions.Result{sessions.Killed, sessions.Killed}, results(outcomes))
		assert.True(t, subscriber.Closed())
	})
}

func TestAnIPv4AddressMappedIntoIPv6IsTheSame(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		s := redistest.Dial(t, server.Addr(), "s")
		port := addrsOf(s)[0].Port()
		mapped := netip.AddrPortFrom(netip.MustParseAddr("::ffff:127.0.0.1"), port)
		_, err := n.Kill(t.Context(), []netip.AddrPort{mapped})
		require.NoError(t, err)
		assert.True(t, s.Closed())
	})
}

func TestNothingIsKilledBesideTheConnectionItself(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		victim := redistest.Dial(t, server.Addr(), "victim")
		_, err := n.Kill(t.Context(), []netip.AddrPort{netip.MustParseAddrPort("192.0.2.1:1")}) // connects
		require.NoError(t, err)
		own := peersOf(t, server.Addr(), " name= ") // its and the asker's own: the victim has a name
		outcomes, err := n.Kill(t.Context(), append(addrsOf(victim), own...))
		require.ErrorIs(t, err, sessions.ErrProtected)
		assert.Equal(t, sessions.Untried, outcomes[0].Result)
		assert.Contains(t, results(outcomes), sessions.Protected)
		assert.True(t, victim.Open())
	})
}

func TestNothingIsKilledBesideASentinelsLink(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		victim := redistest.Dial(t, server.Addr(), "victim")
		command := redistest.Dial(t, server.Addr(), "sentinel-0f3a19bd-cmd")
		subscription := redistest.Dial(t, server.Addr(), "sentinel-0f3a19bd-pubsub")
		_, err := subscription.Do("SUBSCRIBE", "__sentinel__:hello")
		require.NoError(t, err)
		for _, link := range []*redistest.Session{command, subscription} {
			for _, addrs := range [][]netip.AddrPort{addrsOf(victim, link), append(addrsOf(victim, link), strangers(200)...)} {
				outcomes, err := n.Kill(t.Context(), addrs)
				require.ErrorIs(t, err, sessions.ErrProtected)
				assert.Equal(t, []sessions.Result{sessions.Untried, sessions.Protected}, results(outcomes)[:2])
			}
			assert.True(t, link.Open())
		}
		assert.True(t, victim.Open())
	})
}

func TestARealSentinelGoesOnWatching(t *testing.T) {
	primary := redistest.Start(t)
	host, port, _ := strings.Cut(primary.Addr(), ":")
	startSentinel(t, host, port)
	var links []netip.AddrPort
	require.Eventually(t, func() bool {
		links = peersOf(t, primary.Addr(), " name=sentinel-")
		return len(links) == 2
	}, 20*time.Second, 50*time.Millisecond)
	victim := redistest.Dial(t, primary.Addr(), "victim")
	n := openNode(t, sessions.Options{Address: primary.Addr()})
	for _, link := range links {
		_, err := n.Kill(t.Context(), append(addrsOf(victim), link))
		require.ErrorIs(t, err, sessions.ErrProtected)
	}
	assert.ElementsMatch(t, links, peersOf(t, primary.Addr(), " name=sentinel-"))
	assert.True(t, victim.Open())
	_, err := n.Kill(t.Context(), addrsOf(victim))
	require.NoError(t, err)
	assert.True(t, victim.Closed())
}

// startSentinel starts a Sentinel that watches a primary: the server's own
// binary, which is another program then.
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

// strangers are addresses that nobody has, enough to be looked up in a list.
func strangers(n int) (addrs []netip.AddrPort) {
	for i := range n {
		addrs = append(addrs, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(1+i)))
	}
	return addrs
}

func TestManyAddressesAreLookedUpInOneList(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		victim, other := redistest.Dial(t, server.Addr(), "victim"), redistest.Dial(t, server.Addr(), "other")
		outcomes, err := n.Kill(t.Context(), append(strangers(200), addrsOf(victim)...))
		require.NoError(t, err)
		assert.Equal(t, append(slices.Repeat([]sessions.Result{sessions.Gone}, 200), sessions.Killed), results(outcomes))
		assert.True(t, victim.Closed())
		assert.True(t, other.Open())
	})
}

func TestReplicationIsProtectedInBothDirections(t *testing.T) {
	primary := redistest.Start(t)
	host, port, _ := strings.Cut(primary.Addr(), ":")
	replica := redistest.Start(t, "--replicaof", host, port)
	for _, side := range []struct {
		name, kind string
		node       *localnode.Process
	}{{"the primary's replica", "replica", primary}, {"the replica's primary", "master", replica}} {
		t.Run(side.name, func(t *testing.T) {
			var links []netip.AddrPort
			require.Eventually(t, func() bool {
				links = peersOf(t, side.node.Addr(), "", "TYPE", side.kind)
				return len(links) == 1
			}, 10*time.Second, 20*time.Millisecond)
			victim := redistest.Dial(t, side.node.Addr(), "victim")
			n := openNode(t, sessions.Options{Address: side.node.Addr()})
			outcomes, err := n.Kill(t.Context(), append(addrsOf(victim), links...))
			require.ErrorIs(t, err, sessions.ErrProtected)
			assert.Equal(t, []sessions.Result{sessions.Untried, sessions.Protected}, results(outcomes))
			assert.Equal(t, links, peersOf(t, side.node.Addr(), "", "TYPE", side.kind), "the link lives")
			assert.True(t, victim.Open())
		})
	}
}

// What is sent is what makes a kill safe: never a bare address.
func TestWhatIsSentForAKill(t *testing.T) {
	for name, c := range map[string]struct {
		beside int // as many addresses that nobody has
		want   string
	}{
		"of a few by address and type":    {0, "kill ADDR <addr> TYPE normal"},
		"of many by id, address and type": {200, "kill ID <id> ADDR <addr> TYPE normal"},
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t, "--slowlog-log-slower-than", "0", "--slowlog-max-len", "1000")
			n := openNode(t, sessions.Options{Address: server.Addr()})
			s := redistest.Dial(t, server.Addr(), "s")
			id, err := s.Do("CLIENT", "ID")
			require.NoError(t, err)
			_, err = n.Kill(t.Context(), append(addrsOf(s), strangers(c.beside)...))
			require.NoError(t, err)
			log, err := redistest.Dial(t, server.Addr(), "").Do("SLOWLOG", "GET", "1000")
			require.NoError(t, err)
			assert.Contains(t, log, strings.NewReplacer("<id>", id, "<addr>", s.Addr()).Replace(c.want))
			assert.Equal(t, c.beside > 0, strings.Contains(log, "CLIENT LIST 127."), "all are listed for many alone")
		})
	}
}

func TestManyCallersShareOneConnection(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		var victims []*redistest.Session
		for range 16 {
			victims = append(victims, redistest.Dial(t, server.Addr(), "victim"))
		}
		var wg sync.WaitGroup
		for _, v := range victims {
			wg.Go(func() {
				_, err := n.Kill(t.Context(), addrsOf(v))
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		for _, v := range victims {
			assert.True(t, v.Closed())
		}
		assert.Eventually(t, func() bool { // a list may still have the askers before
			return len(peersOf(t, server.Addr(), "")) == 2
		}, 5*time.Second, 10*time.Millisecond, "the node's and the asker's own")
	})
}
