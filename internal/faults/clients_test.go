package faults

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// requireServer skips the test if there is no server on PATH; in CI it fails the
// test.
func requireServer(t *testing.T) {
	t.Helper()
	switch {
	case localnode.Find() != "":
	case os.Getenv("CI") != "":
		t.Fatal("no redis-server or valkey-server on PATH")
	default:
		t.Skip("no redis-server or valkey-server on PATH")
	}
}

func TestTheReasonForTheEndOfASessionIsKnown(t *testing.T) {
	requireServer(t)
	node, err := startNode(t.Context(), localnode.Find())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, node.Close()) })
	reg := newRegistry()
	c := openClients(context.WithoutCancel(t.Context()), node, reg, netip.AddrFrom4([4]byte{127, 61, byte(rand.IntN(250)), 1}), 1, false)
	t.Cleanup(c.close)
	ready, cancel := context.WithTimeout(t.Context(), startTime)
	defer cancel()
	peer := c.all[0]
	next := func(last *Session) (s *Session) {
		require.Eventually(t, func() bool { s = peer.now.Load(); return s != nil && s != last }, startTime, time.Millisecond)
		return s
	}
	endReason := func(s *Session) endReason {
		reg.mu.Lock()
		defer reg.mu.Unlock()
		return s.end
	}
	known := func() int {
		reg.mu.Lock()
		defer reg.mu.Unlock()
		return len(reg.byAddr[peer.from])
	}
	require.NoError(t, c.await(ready))
	first := next(nil)
	_, err = node.Do("CLIENT", "KILL", "ADDR", peer.from.String())
	require.NoError(t, err)
	second := next(first)
	assert.Equal(t, byNode, endReason(first))
	assert.Equal(t, first.Addr, second.Addr, "the client connects again from the same address")
	assert.NotEqual(t, first.Name, second.Name)

	for _, gracefully := range []bool{false, true} {
		second = next(nil)
		require.NoError(t, node.restart(ready, gracefully))
		third := next(second)
		assert.Equal(t, byRestart, endReason(second), "gracefully: %v", gracefully)
		assert.Equal(t, peer.from, third.Addr)
	}
	assert.GreaterOrEqual(t, known(), 4)
	reg.forget()
	assert.Equal(t, 1, known(), "ended sessions are removed")
}
