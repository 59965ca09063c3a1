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

// A conformanceCase is a script of commands on one connection, and the bytes that
// every server sends back. The fake must send the same bytes as a real server.
type conformanceCase struct {
	name   string
	send   []string          // words separated by spaces; _ is an empty word
	want   string            // RESP, with | for CRLF
	differ map[string]string // replaces want for the kinds that begin with the key
}

func TestTheFakeSendsTheBytesOfARealServer(t *testing.T) {
	long := strings.Repeat("a", 200)
	tables := [][]conformanceCase{connectionCases(long), subscribeCases(), clientCases(), listCases(), killCases()}
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		for _, table := range tables {
			for _, c := range table {
				t.Run(c.name, func(t *testing.T) {
					want := c.expected(node.Kind())
					got := reply(t, node.Addr(), c.send)
					// A session that has left is listed until the server sees its end.
					for end := time.Now().Add(5 * time.Second); got != want && time.Now().Before(end); {
						time.Sleep(10 * time.Millisecond)
						got = reply(t, node.Addr(), c.send)
					}
					assert.Equal(t, want, got)
				})
			}
		}
	})
}

// valkey80 replies as the Redis from which it was forked. The differences of Valkey
// begin with 8.1.
const valkey80 = "valkey-server 8.0"

// expected returns the bytes for a kind. The longest key of differ wins.
func (c conformanceCase) expected(kind string) string {
	want, longest := c.want, 0
	for prefix, other := range c.differ {
		if strings.HasPrefix(kind, valkey80) && prefix != valkey80 {
			continue
		}
		if strings.HasPrefix(kind, prefix) && len(prefix) > longest {
			want, longest = other, len(prefix)
		}
	}
	return want
}

// reply runs the script and returns the bytes that the server sends back. A last
// command marks their end and is not part of them.
func reply(t *testing.T, addr string, script []string) string {
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
	text := strings.TrimSuffix(got.String(), bulk)
	text = strings.TrimSuffix(text, "*2\r\n$4\r\npong\r\n") // the start of the marker's reply if subscribed
	return strings.ReplaceAll(text, "\r\n", "|")
}
