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

// A rawSession is a session whose network and local address the test chooses.
type rawSession struct {
	net.Conn
	t *testing.T
}

// dialRaw opens a session from a local address; nil chooses one. It waits until the
// address is free, because a connection that was reset may hold it for a moment.
func dialRaw(t *testing.T, network, address string, from net.Addr) rawSession {
	t.Helper()
	dialer := net.Dialer{LocalAddr: from}
	var conn net.Conn
	require.Eventually(t, func() bool {
		var err error
		conn, err = dialer.Dial(network, address)
		return err == nil
	}, limit, time.Millisecond)
	t.Cleanup(func() { conn.Close() })
	s := rawSession{conn, t}
	require.True(t, s.open())
	return s
}

// open reports whether the node still answers the session.
func (s rawSession) open() bool {
	s.SetDeadline(time.Now().Add(2 * time.Second))
	if _, err := fmt.Fprint(s, "PING\r\n"); err != nil {
		return false
	}
	reply, err := bufio.NewReader(s).ReadString('\n')
	return err == nil && assert.Equal(s.t, "+PONG\r\n", reply)
}

// comeBack closes the session and opens another one from the same address, which must
// be one that the test chose.
func (s rawSession) comeBack() rawSession {
	s.t.Helper()
	require.NoError(s.t, s.Conn.(*net.TCPConn).SetLinger(0)) // a connection in TIME_WAIT would hold the address
	require.NoError(s.t, s.Close())
	return dialRaw(s.t, "tcp", s.RemoteAddr().String(), s.LocalAddr())
}
