package redistest

import (
	"io"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

func TestALocalAddressCanBeUsedAgainAtOnce(t *testing.T) {
	assert.NotEqual(t, LocalAddr(t).String(), LocalAddr(t).String())
	Each(t, func(t *testing.T, node localnode.Node) {
		addr := LocalAddr(t)
		for range 3 {
			conn, err := (&net.Dialer{LocalAddr: addr, Timeout: time.Second}).Dial("tcp", node.Addr())
			require.NoError(t, err)
			_, err = io.WriteString(conn, "PING\r\n")
			require.NoError(t, err)
			reply := make([]byte, len("+PONG\r\n"))
			_, err = io.ReadFull(conn, reply)
			require.NoError(t, err)
			assert.Equal(t, "+PONG\r\n", string(reply))
			AwaitAlone(t, node.Addr(), addr.String())
			require.NoError(t, conn.(*net.TCPConn).SetLinger(0)) // no TIME_WAIT
			require.NoError(t, conn.Close())
		}
	})
}
