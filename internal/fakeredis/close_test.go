package localnode

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCloseReturnsWhenNothingOfTheNodeRuns(t *testing.T) {
	node, err := StartEmbedded()
	require.NoError(t, err)
	for range 50 {
		s, err := Dial(node.Addr(), "s")
		require.NoError(t, err)
		defer s.Close()
	}
	require.NoError(t, node.Close())
	node.mu.Lock()
	defer node.mu.Unlock()
	assert.Empty(t, node.peers)
}
