package sessions_test

import (
	"fmt"
	"net/netip"
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

func TestExactlyTheNamedSocketsClose(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		var all []*redistest.Session
		for i := range 12 {
			all = append(all, redistest.Dial(t, server.Addr(), fmt.Sprintf("s-%d", i)))
		}
		outcomes, err := n.Kill(t.Context(), targetsOf(all[3], all[7], all[3]))
		require.NoError(t, err)
		assert.Equal(t, []sessions.Outcome{
			{Addr: addrOf(all[3]), Result: sessions.Killed},
			{Addr: addrOf(all[7]), Result: sessions.Killed},
			{Addr: addrOf(all[3]), Result: sessions.Killed},
		}, outcomes, "one for each target, also where one is given twice")
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
		targets := append(targetsOf(s), at(netip.MustParseAddrPort("[2001:db8::1]:6379"))...)
		for _, first := range []sessions.Result{sessions.Killed, sessions.Gone} {
			outcomes, err := n.Kill(t.Context(), targets)
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
		outcomes, err := n.Kill(t.Context(), targetsOf(subscriber, plain))
		require.NoError(t, err)
		assert.Equal(t, []sessions.Result{sessions.Killed, sessions.Killed}, results(outcomes))
		assert.True(t, subscriber.Closed())
	})
}

func TestAnIPv4AddressMappedIntoIPv6IsTheSame(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		s := redistest.Dial(t, server.Addr(), "s")
		mapped := netip.AddrPortFrom(netip.MustParseAddr("::ffff:127.0.0.1"), addrOf(s).Port())
		_, err := n.Kill(t.Context(), at(mapped))
		require.NoError(t, err)
		assert.True(t, s.Closed())
	})
}

func TestManyAddressesAreLookedUpInOneList(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		victim, other := redistest.Dial(t, server.Addr(), "victim"), redistest.Dial(t, server.Addr(), "other")
		outcomes, err := n.Kill(t.Context(), append(at(strangers(200)...), targetsOf(victim)...))
		require.NoError(t, err)
		assert.Equal(t, append(slices.Repeat([]sessions.Result{sessions.Gone}, 200), sessions.Killed), results(outcomes))
		assert.True(t, victim.Closed())
		assert.True(t, other.Open())
	})
}

// What is sent is what makes a kill safe: never a bare address.
func TestWhatIsSentForAKill(t *testing.T) {
	const crowd = 300 // more sessions than are listed for one kill
	for name, c := range map[string]struct {
		way       string
		others    int // sessions of the server
		beside    int // as many addresses that nobody has
		want      string
		wholeList int // how often all sessions are listed
	}{
		"on a small server":                      {"by address", 0, 0, "KILL ID <id> ADDR <addr> TYPE normal", 1},
		"of a few on a large server":             {"by address", crowd, 0, "KILL ADDR <addr> TYPE normal", 1},
		"of many on a large server":              {"by address", crowd, 200, "KILL ID <id> ADDR <addr> TYPE normal", 2},
		"of one that was listed, on a large one": {"from a list", crowd, 0, "KILL ID <id> ADDR <addr> TYPE normal", 2},
	} {
		t.Run(name, func(t *testing.T) {
			server := redistest.Start(t, "--slowlog-log-slower-than", "0", "--slowlog-max-len", "1000")
			n := openNode(t, sessions.Options{Address: server.Addr()})
			for range c.others {
				redistest.Dial(t, server.Addr(), "")
			}
			s := redistest.Dial(t, server.Addr(), "s")
			id, err := s.Do("CLIENT", "ID")
			require.NoError(t, err)
			if c.others > 0 {
				_, err := n.List(t.Context()) // it knows how many there are
				require.NoError(t, err)
			}
			targets := append(ways[c.way](t, n, addrOf(s)), at(strangers(c.beside)...)...)
			_, err = n.Kill(t.Context(), targets)
			require.NoError(t, err)
			log, err := redistest.Dial(t, server.Addr(), "").Do("SLOWLOG", "GET", "1000")
			require.NoError(t, err)
			assert.Contains(t, log, strings.NewReplacer("<id>", id, "<addr>", s.Addr()).Replace(c.want))
			assert.NotRegexp(t, `KILL [0-9]`, log)
			assert.Equal(t, c.wholeList, strings.Count(log, "CLIENT LIST 127."))
		})
	}
}

func TestAListedSessionIsReplacedWhereAnotherHasItsAddress(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		first := dialFrom(t, server.Addr(), redistest.LocalAddr(t))
		first.id(t)
		targets := listed(t, n, first.addr())
		first.reset()
		require.Eventually(t, func() bool {
			return !slices.Contains(peersOf(t, server.Addr(), ""), first.addr())
		}, 5*time.Second, time.Millisecond, "the node notices")
		newcomer := dialFrom(t, server.Addr(), first.LocalAddr())
		newcomer.id(t)
		redistest.AwaitAlone(t, server.Addr(), newcomer.addr().String())
		outcomes, err := n.Kill(t.Context(), targets)
		require.ErrorIs(t, err, sessions.ErrReplaced)
		assert.Equal(t, []sessions.Outcome{{Addr: newcomer.addr(), Result: sessions.Replaced}}, outcomes)
		newcomer.id(t) // it lives

		outcomes, err = n.Kill(t.Context(), append(targets, at(newcomer.addr())...))
		require.ErrorIs(t, err, sessions.ErrReplaced)
		assert.Equal(t, []sessions.Result{sessions.Replaced, sessions.Killed}, results(outcomes), "two targets of one address")
	})
}

func TestAServerThatKnowsNoListByID(t *testing.T) {
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: before62(t, server.Addr())})
	for name, way := range ways {
		s := redistest.Dial(t, server.Addr(), "s")
		outcomes, err := n.Kill(t.Context(), way(t, n, addrOf(s)))
		require.NoError(t, err, name)
		assert.Equal(t, sessions.Killed, outcomes[0].Result, name)
	}
	s := redistest.Dial(t, server.Addr(), "s")
	_, err := n.KillAll(t.Context(), nil)
	require.NoError(t, err)
	assert.True(t, s.Closed())
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
				_, err := n.Kill(t.Context(), targetsOf(v))
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
