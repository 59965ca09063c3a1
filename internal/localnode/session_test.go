package localnode_test

import (
	"net"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestRepliesAreFlattened(t *testing.T) {
	for name, c := range map[string]struct{ wire, reply, err string }{
		"simple":            {wire: "+OK\r\n", reply: "OK"},
		"integer":           {wire: ":-7\r\n", reply: "-7"},
		"bulk with newline": {wire: "$4\r\na\r\nb\r\n", reply: "a\r\nb"},
		"empty bulk":        {wire: "$0\r\n\r\n"},
		"nil":               {wire: "$-1\r\n", reply: "(nil)"},
		"nil array":         {wire: "*-1\r\n", reply: "(nil)"},
		"nested":            {wire: "*3\r\n+a\r\n*2\r\n:1\r\n$-1\r\n-ERR x\r\n", reply: "a 1 (nil) ERR x"},
		"error":             {wire: "-ERR no\r\n", err: "ERR no"},
		"not RESP":          {wire: "HTTP/1.1 400\r\n", err: `localnode: not a RESP2 reply: "HTTP/1.1 400"`},
		"ends early":        {wire: "$4\r\na", err: "unexpected EOF"},
	} {
		t.Run(name, func(t *testing.T) {
			s := redistest.Dial(t, scripted(t, c.wire), "")
			reply, err := s.Do("PING")
			assert.Equal(t, c.reply, reply)
			if c.err == "" {
				assert.NoError(t, err)
			} else {
				assert.EqualError(t, err, c.err)
			}
			assert.Equal(t, c.err == "ERR no", asReply(err))
		})
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		t.Parallel()
		admin := redistest.Dial(t, node.Addr(), "")
		killed, reset, left := redistest.Dial(t, node.Addr(), ""), redistest.Dial(t, node.Addr(), ""), redistest.Dial(t, node.Addr(), "")
		begun := time.Now()
		assert.False(t, admin.Closed(), "an open session")
		assert.InDelta(t, 2, time.Since(begun).Seconds(), 0.5, "it waits for 2 s")
		assert.True(t, admin.Open(), "asking does no harm")

		do(t, admin, "CLIENT KILL ID "+do(t, killed, "CLIENT ID"))
		assert.True(t, killed.Closed())
		assert.True(t, killed.Closed(), "asked again")
		assert.False(t, killed.Open())

		do(t, admin, "CLIENT KILL ADDR "+reset.Addr())
		_, err := reset.Do("PING")
		assert.Error(t, err)
		assert.False(t, asReply(err))
		assert.True(t, reset.Closed(), "the command saw it")

		require.NoError(t, left.Close())
		assert.False(t, left.Closed(), "closed from this side")
		assert.False(t, left.Open())
	})
}

func TestOpenReadsPastWhatItDidNotAskFor(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		s := redistest.Dial(t, node.Addr(), "")
		do(t, s, "SUBSCRIBE a b c") // three replies, of which one is read
		assert.True(t, s.Open())
		assert.Equal(t, "unsubscribe a 2", do(t, s, "UNSUBSCRIBE a"))
	})
}

func TestDialNamesTheSession(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		assert.Equal(t, "bob", do(t, redistest.Dial(t, node.Addr(), "bob"), "CLIENT GETNAME"))
		assert.Equal(t, "(nil)", do(t, redistest.Dial(t, node.Addr(), ""), "CLIENT GETNAME"))
		_, err := localnode.Dial(node.Addr(), "no spaces allowed")
		assert.True(t, asReply(err), "%v", err)
	})
}

func TestClosedFromThisSideMeanwhile(t *testing.T) {
	s := redistest.Dial(t, startEmbedded(t).Addr(), "")
	closed := make(chan bool)
	go func() { closed <- s.Closed() }()
	time.Sleep(50 * time.Millisecond) // it reads by now
	require.NoError(t, s.Close())
	assert.False(t, <-closed)
}

// scripted answers whatever comes first with wire and hangs up.
func scripted(t *testing.T, wire string) string {
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
		_, _ = conn.Read(make([]byte, 1024))
		_, _ = conn.Write([]byte(wire))
	}()
	return ln.Addr().String()
}

func asReply(err error) bool {
	_, ok := err.(*localnode.ReplyError)
	return ok
}
