package server_test

import (
	"bufio"
	"fmt"
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A rawSession is a session of which a test chooses more than the node.
type rawSession struct {
	net.Conn
	t *testing.T
}

// dialRaw opens a session from a local address, nil for any.
func dialRaw(t *testing.T, network, address string, from net.Addr) rawSession {
	t.Helper()
	dialer := net.Dialer{LocalAddr: from}
	conn, err := dialer.Dial(network, address)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	s := rawSession{conn, t}
	require.True(t, s.open())
	return s
}

// open tells whether the node answers; a session that it closed is not.
func (s rawSession) open() bool {
	s.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := fmt.Fprint(s, "PING\r\n"); err != nil {
		return false
	}
	reply, err := bufio.NewReader(s).ReadString('\n')
	return err == nil && assert.Equal(s.t, "+PONG\r\n", reply)
}

// comeBack leaves, and opens another session from the same address, which was
// chosen.
func (s rawSession) comeBack() rawSession {
	s.t.Helper()
	require.NoError(s.t, s.Conn.(*net.TCPConn).SetLinger(0)) // or its port is not free at once
	require.NoError(s.t, s.Close())
	return dialRaw(s.t, "tcp", s.RemoteAddr().String(), s.LocalAddr())
}
