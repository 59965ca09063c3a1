package sessions_test

import (
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

// The hardest case: after a restart another has the same id and the same address.
func TestAListedSessionIsGoneWhenTheServerHasBegunAnew(t *testing.T) {
	server := redistest.Start(t)
	n := openNode(t, sessions.Options{Address: server.Addr()})
	for range 30 { // so that waiting for the restart does not use up the ids
		dialFrom(t, server.Addr(), nil).id(t)
	}
	first := dialFrom(t, server.Addr(), redistest.LocalAddr(t))
	id := first.id(t)
	targets := listed(t, n, first.addr())
	require.NoError(t, server.Restart(t.Context()))
	first.reset()
	for dialFrom(t, server.Addr(), nil).id(t) < id-1 {
	}
	newcomer := dialFrom(t, server.Addr(), first.LocalAddr())
	require.Equal(t, id, newcomer.id(t))

	outcomes, err := n.Kill(t.Context(), []sessions.Target{targets[0].Earlier(time.Minute)})
	require.NoError(t, err)
	assert.Equal(t, []sessions.Result{sessions.Gone}, results(outcomes))
	newcomer.id(t) // it lives
}

// Two Nodes may be of two servers, whose ids mean nothing to each other.
func TestAListingOfAnotherNodeIsNotBelieved(t *testing.T) {
	server := redistest.Start(t)
	victim := redistest.Dial(t, server.Addr(), "victim")
	targets := listed(t, openNode(t, sessions.Options{Address: server.Addr()}), addrOf(victim))
	other := openNode(t, sessions.Options{Address: server.Addr()})
	_, err := other.List(t.Context())
	require.NoError(t, err)
	outcomes, err := other.Kill(t.Context(), []sessions.Target{targets[0].Earlier(time.Minute)})
	require.NoError(t, err)
	assert.Equal(t, []sessions.Result{sessions.Gone}, results(outcomes), "it is too young to have been listed then")
	assert.True(t, victim.Open())
}
