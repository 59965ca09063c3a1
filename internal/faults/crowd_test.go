package faults

import (
	"context"
	"math/rand/v2"
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

func TestWhoEndedASession(t *testing.T) {
	if localnode.Find() == "" {
		t.Skip("no server on PATH")
	}
	node, err := startNode(t.Context(), localnode.Find())
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, node.Close()) })
	reg := newRegistry()
	c := gather(context.WithoutCancel(t.Context()), node, reg, netip.AddrFrom4([4]byte{127, 61, byte(rand.IntN(250)), 1}), 1, false)
	t.Cleanup(c.close)
	ready, cancel := context.WithTimeout(t.Context(), startTime)
	defer cancel()
	slot := c.slots[0]
	next := func(last *Session) (s *Session) {
		require.Eventually(t, func() bool { s = slot.now.Load(); return s != nil && s != last }, startTime, time.Millisecond)
		return s
	}
	ending := func(s *Session) ending {
		reg.mu.Lock()
		defer reg.mu.Unlock()
		return s.end
	}
	known := func() int {
		reg.mu.Lock()
		defer reg.mu.Unlock()
		return len(reg.byAddr[slot.from])
	}
	require.NoError(t, c.await(ready))
	first := next(nil)
	_, err = node.Do("CLIENT", "KILL", "ADDR", slot.from.String())
	require.NoError(t, err)
	second := next(first)
	assert.Equal(t, byNode, ending(first))
	assert.Equal(t, first.Addr, second.Addr, "it comes back from the same address")
	assert.NotEqual(t, first.Name, second.Name)

	for _, politely := range []bool{false, true} {
		second = next(nil)
		require.NoError(t, node.restart(ready, politely))
		third := next(second)
		assert.Equal(t, byRestart, ending(second), "politely: %v", politely)
		assert.Equal(t, slot.from, third.Addr)
	}
	assert.GreaterOrEqual(t, known(), 4)
	reg.forget()
	assert.Equal(t, 1, known(), "those that are over are forgotten")
}
