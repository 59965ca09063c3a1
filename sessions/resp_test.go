package sessions

import (
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// readAll returns the replies in text, which arrives n bytes at a time.
func readAll(t *testing.T, text string, n int) (replies []string, err error) {
	client, server := net.Pipe()
	defer client.Close()
	go func() {
		defer server.Close()
		for len(text) > 0 {
			k := min(n, len(text))
			if _, err := io.WriteString(server, text[:k]); err != nil {
				return
			}
			text = text[k:]
		}
	}()
	r := replyReader{conn: client}
	for {
		v, err := r.next()
		if err != nil {
			return replies, err
		}
		replies = append(replies, replyTo([]string{"X"}, v).text)
	}
}

func TestRepliesAreReadInAnyPieces(t *testing.T) {
	long := strings.Repeat("x", 200<<10)
	text := "+OK\r\n:5\r\n$3\r\na\r\n\r\n*2\r\n$6\r\nmaster\r\n:0\r\n$204800\r\n" + long + "\r\n+after\r\n"
	for _, n := range []int{1, 7, 4096, len(text)} {
		replies, err := readAll(t, text, n)
		assert.ErrorIs(t, err, io.EOF)
		require.Len(t, replies, 6)
		assert.Equal(t, []string{"OK", "5", "a\r\n", "master", long, "after"}, replies, "%d bytes at a time", n)
	}
}

func TestOtherProtocolsAreRecognised(t *testing.T) {
	for text, want := range map[string]error{
		"HTTP/1.1 400 Bad Request\r\n": errNotRESP,
		"SSH-2.0-OpenSSH_9.2\r\n":      errNotRESP,
		"\x15\x03\x01\x00\x02\x02\x46": errTLS,
		"\x16\x03\x01":                 errTLS,
		"+OK\r\nHTTP":                  errNotRESP,
	} {
		_, err := readAll(t, text, len(text))
		assert.Equal(t, want, err, "%q", text)
	}
}

func TestADeadlineInTheMiddleOfAReplyLosesNothing(t *testing.T) {
	client, server := net.Pipe()
	defer client.Close()
	defer server.Close()
	r := replyReader{conn: client}
	go io.WriteString(server, "$6\r\nabc") //nolint:errcheck // the reader sees it
	require.NoError(t, client.SetReadDeadline(time.Now().Add(20*time.Millisecond)))
	_, err := r.next()
	require.ErrorIs(t, err, os.ErrDeadlineExceeded)

	go io.WriteString(server, "def\r\n") //nolint:errcheck // the reader sees it
	require.NoError(t, client.SetReadDeadline(time.Time{}))
	v, err := r.next()
	require.NoError(t, err)
	assert.Equal(t, "abcdef", replyTo(nil, v).text)
}
