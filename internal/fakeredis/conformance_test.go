package fakeredis_test

import (
	"bytes"
	"net"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// A twin is a script of commands, one connection's, and the bytes that every
// node answers. The embedded node must be told apart from a server by nothing
// in here.
type twin struct {
	name   string
	send   []string          // words parted by spaces; _ stands for an empty word
	want   string            // RESP, with | for CRLF
	differ map[string]string // instead of want, by the beginning of the kind
}

// TestTwins compares the embedded node with every server there is.
func TestTwins(t *testing.T) {
	long := strings.Repeat("a", 200)
	tables := [][]twin{connectionTwins(long), subscribeTwins(), clientTwins(), listTwins(), killTwins()}
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		for _, table := range tables {
			for _, tw := range table {
				t.Run(tw.name, func(t *testing.T) {
					want, got := tw.expected(node.Kind()), wire(t, node.Addr(), tw.send)
					for end := time.Now().Add(5 * time.Second); got != want && time.Now().Before(end); {
						time.Sleep(10 * time.Millisecond) // a session that has left is listed for a moment
						got = wire(t, node.Addr(), tw.send)
					}
					assert.Equal(t, want, got)
				})
			}
		}
	})
}

// valkey80 still answers as the Redis it was made from; what differs in Valkey
// does so from 8.1 on.
const valkey80 = "valkey-server 8.0"

// expected prefers the longest beginning of the kind that differ names.
func (tw twin) expected(kind string) string {
	want, longest := tw.want, 0
	for prefix, other := range tw.differ {
		if strings.HasPrefix(kind, valkey80) && prefix != valkey80 {
			continue
		}
		if strings.HasPrefix(kind, prefix) && len(prefix) > longest {
			want, longest = other, len(prefix)
		}
	}
	return want
}

// wire returns the bytes that answer the script, up to an end marker that is
// no part of it.
func wire(t *testing.T, addr string, script []string) string {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.SetDeadline(time.Now().Add(5*time.Second)))
	const marker = "end-of-script"
	var sent, got bytes.Buffer
	for _, line := range append(script, "PING "+marker) {
		words := strings.Split(line, " ")
		sent.WriteString("*" + strconv.Itoa(len(words)) + "\r\n")
		for _, word := range words {
			if word == "_" {
				word = ""
			}
			word = strings.NewReplacer("~", " ", "|", "\r\n").Replace(word)
			sent.WriteString("$" + strconv.Itoa(len(word)) + "\r\n" + word + "\r\n")
		}
	}
	_, err = conn.Write(sent.Bytes())
	require.NoError(t, err)
	bulk := "$" + strconv.Itoa(len(marker)) + "\r\n" + marker + "\r\n"
	for !strings.HasSuffix(got.String(), bulk) {
		buf := make([]byte, 4096)
		n, err := conn.Read(buf)
		require.NoError(t, err, "after %q", got.String())
		got.Write(buf[:n])
	}
	reply := strings.TrimSuffix(got.String(), bulk)
	reply = strings.TrimSuffix(reply, "*2\r\n$4\r\npong\r\n") // the marker's, when subscribed
	return strings.ReplaceAll(reply, "\r\n", "|")
}
