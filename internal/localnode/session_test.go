package localnode_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestTheElementsOfAReplyAreJoined(t *testing.T) {
	for name, c := range map[string]struct{ bytes, reply, err string }{
		"simple":            {bytes: "+OK\r\n", reply: "OK"},
		"integer":           {bytes: ":-7\r\n", reply: "-7"},
		"bulk with newline": {bytes: "$4\r\na\r\nb\r\n", reply: "a\r\nb"},
		"empty bulk":        {bytes: "$0\r\n\r\n"},
		"nil":               {bytes: "$-1\r\n", reply: "(nil)"},
		"nil array":         {bytes: "*-1\r\n", reply: "(nil)"},
		"nested":            {bytes: "*3\r\n+a\r\n*2\r\n:1\r\n$-1\r\n-ERR x\r\n", reply: "a 1 (nil) ERR x"},
		"error":             {bytes: "-ERR no\r\n", err: "ERR no"},
		"not RESP":          {bytes: "HTTP/1.1 400\r\n", err: `localnode: not a RESP2 reply: "HTTP/1.1 400"`},
		"ends early":        {bytes: "$4\r\na", err: "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			s := redistest.Dial(t, serve(t, func(conn net.Conn) {
				_, _ = conn.Read(make([]byte, 1024))
				_, _ = conn.Write([]byte(c.bytes))
			}), "")
			reply, err := s.Do("PING")
			assert.Equal(t, c.reply, reply)
			if c.err == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, c.err)
			}
			assert.Equal(t, c.err == "ERR no", isErrorReply(err))
		})
	}
}

func TestClosedReportsWhetherTheServerClosedTheSession(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		t.Parallel()
		admin := redistest.Dial(t, node.Addr(), "")
		killed, reset, left := redistest.Dial(t, node.Addr(), ""), redistest.Dial(t, node.Addr(), ""), redistest.Dial(t, node.Addr(), "")
		begun := time.Now()
		assert.False(t, admin.Closed(), "an open session")
		assert.InDelta(t, 2, time.Since(begun).Seconds(), 0.5, "it waits for 2 s")
		assert.True(t, admin.Open(), "the session still works")

		redistest.Do(t, admin, "CLIENT KILL ID "+redistest.Do(t, killed, "CLIENT ID"))
		assert.True(t, killed.Closed())
		assert.True(t, killed.Closed(), "a second call")
		assert.False(t, killed.Open())

		redistest.Do(t, admin, "CLIENT KILL ADDR "+reset.Addr())
		_, err := reset.Do("PING")
		assert.Error(t, err)
		assert.False(t, isErrorReply(err))
		assert.True(t, reset.Closed(), "the command saw the end")

		require.NoError(t, left.Close())
		assert.False(t, left.Closed(), "closed from this side")
		assert.False(t, left.Open())
	})
}

func TestOpenDiscardsOtherReplies(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		s := redistest.Dial(t, node.Addr(), "")
		redistest.Do(t, s, "SUBSCRIBE a b c") // three replies; Do reads one
		assert.True(t, s.Open())
		assert.Equal(t, "unsubscribe a 2", redistest.Do(t, s, "UNSUBSCRIBE a"))
	})
}

func TestDialNamesTheSession(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		assert.Equal(t, "bob", redistest.Do(t, redistest.Dial(t, node.Addr(), "bob"), "CLIENT GETNAME"))
		assert.Equal(t, "(nil)", redistest.Do(t, redistest.Dial(t, node.Addr(), ""), "CLIENT GETNAME"))
		_, err := localnode.Dial(node.Addr(), "no spaces allowed")
		assert.True(t, isErrorReply(err), "%v", err)
	})
}

func TestClosedReportsFalseWhenThisSideClosesMeanwhile(t *testing.T) {
	written := make(chan bool)
	s := redistest.Dial(t, serve(t, func(conn net.Conn) {
		// These replies are more than the sockets buffer: once they are written, Closed reads.
		reply := []byte("$1048576\r\n" + strings.Repeat("x", 1<<20) + "\r\n")
		for range 32 {
			_, _ = conn.Write(reply)
		}
		close(written)
		_, _ = conn.Read(make([]byte, 1)) // until the session is closed
	}), "")
	closed := make(chan bool)
	go func() { closed <- s.Closed() }()
	<-written
	require.NoError(t, s.Close())
	assert.False(t, <-closed)
}

// serve accepts one connection, which ends with f, and returns the address.
func serve(t *testing.T, f func(net.Conn)) (addr string) {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { ln.Close() })
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		f(conn)
	}()
	return ln.Addr().String()
}

func isErrorReply(err error) bool {
	_, ok := err.(*localnode.ReplyError)
	return ok
}
