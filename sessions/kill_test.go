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
	t.Parallel()
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
		}, outcomes, "one per target, even for a target given twice")
		for i, s := range all {
			if i == 3 || i == 7 {
				assert.True(t, s.Closed(), "session %d", i)
			} else {
				assert.True(t, s.Open(), "session %d", i)
			}
		}
	})
}

func TestAnAddressWithoutASessionIsGone(t *testing.T) {
	t.Parallel()
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
	t.Parallel()
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

func TestAnIPv4AddressMappedIntoIPv6IsTheSameAddress(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		s := redistest.Dial(t, server.Addr(), "s")
		mapped := netip.AddrPortFrom(netip.MustParseAddr("::ffff:127.0.0.1"), addrOf(s).Port())
		_, err := n.Kill(t.Context(), at(mapped))
		require.NoError(t, err)
		assert.True(t, s.Closed())
	})
}

func TestManyAddressesAreFoundInOneList(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		plain, other := redistest.Dial(t, server.Addr(), "plain"), redistest.Dial(t, server.Addr(), "other")
		outcomes, err := n.Kill(t.Context(), append(at(unusedAddrs(200)...), targetsOf(plain)...))
		require.NoError(t, err)
		assert.Equal(t, append(slices.Repeat([]sessions.Result{sessions.Gone}, 200), sessions.Killed), results(outcomes))
		assert.True(t, plain.Closed())
		assert.True(t, other.Open())
	})
}

// A kill is safe because it never sends a bare address.
func TestTheCommandsOfAKill(t *testing.T) {
	t.Parallel()
	const crowd = 300 // more than smallServer
	for name, c := range map[string]struct {
		way       string
		others    int // other sessions of the server
		unused    int // more targets, without a session
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
				_, err := n.List(t.Context()) // so that it knows the number of sessions
				require.NoError(t, err)
			}
			targets := append(targetings[c.way](t, n, addrOf(s)), at(unusedAddrs(c.unused)...)...)
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

func TestAListedSessionIsReplacedIfAnotherHasItsAddress(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		first := dialFrom(t, server.Addr(), redistest.LocalAddr(t))
		first.id(t)
		targets := listed(t, n, first.addr())
		first.reset()
		require.Eventually(t, func() bool {
			return !slices.Contains(peersOf(t, server.Addr(), ""), first.addr())
		}, 5*time.Second, time.Millisecond, "the server notices")
		newSession := dialFrom(t, server.Addr(), first.LocalAddr())
		newSession.id(t)
		redistest.AwaitAlone(t, server.Addr(), newSession.addr().String())
		outcomes, err := n.Kill(t.Context(), targets)
		require.ErrorIs(t, err, sessions.ErrReplaced)
		assert.Equal(t, []sessions.Outcome{{Addr: newSession.addr(), Result: sessions.Replaced}}, outcomes)
		newSession.id(t) // it is still connected

		outcomes, err = n.Kill(t.Context(), append(targets, at(newSession.addr())...))
		require.ErrorIs(t, err, sessions.ErrReplaced)
		assert.Equal(t, []sessions.Result{sessions.Replaced, sessions.Killed}, results(outcomes), "two targets with one address")
	})
}

func TestAServerWithoutListByIDIsListedCompletely(t *testing.T) {
	t.Parallel()
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: withoutListID(t, server.Addr())})
	for name, way := range targetings {
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
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		var killed []*redistest.Session
		for range 16 {
			killed = append(killed, redistest.Dial(t, server.Addr(), "plain"))
		}
		var wg sync.WaitGroup
		for _, v := range killed {
			wg.Go(func() {
				_, err := n.Kill(t.Context(), targetsOf(v))
				assert.NoError(t, err)
			})
		}
		wg.Wait()
		for _, v := range killed {
			assert.True(t, v.Closed())
		}
		assert.Eventually(t, func() bool { // a list may still have earlier callers of peersOf
			return len(peersOf(t, server.Addr(), "")) == 2
		}, 5*time.Second, 10*time.Millisecond, "the node's connection and that of peersOf")
	})
}
