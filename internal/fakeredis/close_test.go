package fakeredis

import (
	"net"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestCloseReturnsWhenNothingOfTheServerRuns(t *testing.T) {
	server, err := Start()
	require.NoError(t, err)
	for range 50 {
		conn, err := net.Dial("tcp", server.Addr())
		require.NoError(t, err)
		defer conn.Close()
		_, err = conn.Write([]byte("PING\r\n"))
		require.NoError(t, err)
		_, err = conn.Read(make([]byte, len("+PONG\r\n")))
		require.NoError(t, err)
	}
	require.NoError(t, server.Close())
	server.mu.Lock()
	defer server.mu.Unlock()
	assert.Empty(t, server.peers)
}
