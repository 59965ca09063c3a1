package sessions_test

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

func TestAListedSessionIsKilledOverAnotherConnectionToo(t *testing.T) {
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		victim, admin := redistest.Dial(t, server.Addr(), "victim"), redistest.Dial(t, server.Addr(), "admin")
		targets := listed(t, n, addrOf(victim))
		for _, own := range peersOf(t, server.Addr(), " cmd=client|list ") {
			_, err := admin.Do("CLIENT", "KILL", "ADDR", own.String()) // the node's
			require.NoError(t, err)
		}
		outcomes, err := n.Kill(t.Context(), targets)
		require.NoError(t, err)
		assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
		assert.True(t, victim.Closed())
	})
}

// The hardest case (M7): after a restart within a second another has the same id
// and the same address.
func TestAListedSessionIsReplacedWhenTheServerHasRestarted(t *testing.T) {
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		for range 30 { // so that waiting for the restart does not use up the ids
			dialFrom(t, server.Addr(), nil).id(t)
		}
		first := dialFrom(t, server.Addr(), redistest.LocalAddr(t))
		id := first.id(t)
		listing, err := n.List(t.Context())
		require.NoError(t, err)
		shown := listing.Snapshot()
		require.NoError(t, server.Restart(t.Context()))
		first.reset()
		for dialFrom(t, server.Addr(), nil).id(t) < id-1 {
		}
		newcomer := dialFrom(t, server.Addr(), first.LocalAddr())
		require.Equal(t, id, newcomer.id(t))

		gone := netip.AddrPortFrom(newcomer.addr().Addr(), 1)
		outcomes, err := n.Kill(t.Context(), []sessions.Target{shown.Addr(newcomer.addr()), shown.ID(id), shown.Addr(gone)})
		require.ErrorIs(t, err, sessions.ErrReplaced)
		assert.Equal(t, []sessions.Result{sessions.Replaced, sessions.Replaced, sessions.Gone}, results(outcomes))
		newcomer.id(t) // it lives
	})
}

// Where INFO may not be asked nobody knows whether the server is the same: a
// listing holds for one connection then.
func TestAListingWithoutARunIDHoldsForOneConnection(t *testing.T) {
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		n := openNode(t, sessions.Options{Address: server.Addr(), Credentials: user("u", "s3cret")})
		first, second := redistest.Dial(t, server.Addr(), "s"), redistest.Dial(t, server.Addr(), "s")
		targets := listed(t, n, addrOf(first), addrOf(second))
		_, err := n.Kill(t.Context(), targets[:1])
		require.NoError(t, err)
		assert.True(t, first.Closed())

		before := ownID(t, n)
		_, err = redistest.Dial(t, server.Addr(), "").Do("CLIENT", "KILL", "USER", "u")
		require.NoError(t, err)
		require.Eventually(t, func() bool { return ownID(t, n) != before }, 5*time.Second, time.Millisecond)
		outcomes, err := n.Kill(t.Context(), targets)
		require.ErrorIs(t, err, sessions.ErrReplaced)
		assert.Equal(t, []sessions.Result{sessions.Gone, sessions.Replaced}, results(outcomes))
		assert.True(t, second.Open())
	}, "--user", "u", "on", ">s3cret", "-@all", "+client|list", "+client|kill", "+client|id")
}
