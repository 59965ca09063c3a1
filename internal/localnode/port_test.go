package localnode

import (
	"net"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAPortWithoutAFreeBusPortIsSkipped(t *testing.T) {
	candidates := []int{60000, 40000, 41000}
	port, err := choosePort(func(port int) (int, bool) {
		if port == 0 {
			port, candidates = candidates[0], candidates[1:]
			return port, true
		}
		return port, port == 51000 // 70000 is not a port, 50000 is in use
	})
	require.NoError(t, err)
	assert.Equal(t, 41000, port)
}

func TestAPortInUseIsNotFree(t *testing.T) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	require.NoError(t, err)
	defer ln.Close()
	_, port, err := net.SplitHostPort(ln.Addr().String())
	require.NoError(t, err)
	n, err := strconv.Atoi(port)
	require.NoError(t, err)
	_, ok := free(n)
	assert.False(t, ok)
}
