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

func TestAListedSessionIsKilledOverANewConnection(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		plain, admin := redistest.Dial(t, server.Addr(), "plain"), redistest.Dial(t, server.Addr(), "admin")
		targets := listed(t, n, addrOf(plain))
		for _, own := range peersOf(t, server.Addr(), " cmd=client|list ") {
			_, err := admin.Do("CLIENT", "KILL", "ADDR", own.String()) // the node's
			require.NoError(t, err)
		}
		outcomes, err := n.Kill(t.Context(), targets)
		require.NoError(t, err)
		assert.Equal(t, []sessions.Result{sessions.Killed}, results(outcomes))
		assert.True(t, plain.Closed())
	})
}

// The hardest case: after a fast restart another session has the same id and the same
// address.
func TestAListedSessionIsReplacedAfterARestart(t *testing.T) { // alone, because it needs a new connection within 100 ms
	redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		for range 30 { // so that the connections made during the restart do not reach the id
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
		newSession := dialFrom(t, server.Addr(), first.LocalAddr())
		require.Equal(t, id, newSession.id(t))

		gone := netip.AddrPortFrom(newSession.addr().Addr(), 1)
		outcomes, err := n.Kill(t.Context(), []sessions.Target{shown.Addr(newSession.addr()), shown.ID(id), shown.Addr(gone)})
		require.ErrorIs(t, err, sessions.ErrReplaced)
		assert.Equal(t, []sessions.Result{sessions.Replaced, sessions.Replaced, sessions.Gone}, results(outcomes))
		newSession.id(t) // it is still connected
	})
}

// Without INFO it is unknown whether the server has restarted.
func TestAListingWithoutARunIDIsValidForOneConnection(t *testing.T) {
	t.Parallel()
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
