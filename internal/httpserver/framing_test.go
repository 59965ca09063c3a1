package httpserver_test

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
)

func TestAConnectionIsClosedAfterARequestWithTwoLengths(t *testing.T) {
	t.Parallel()
	const (
		good     = "POST /good HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n"
		smuggled = "GET /smuggled HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"
		chunks   = "0\r\n\r\n"
	)
	for name, c := range map[string]struct {
		before, header string
		served         []string
	}{
		"CL with TE":            {"", "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n", []string{"/it"}},
		"TE with CL":            {"", "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n", []string{"/it"}},
		"in other letters":      {"", "cOnTeNt-LeNgTh:6\r\ntRaNsFeR-eNcOdInG:chunked\r\n\r\n", []string{"/it"}},
		"far apart":             {"", "Content-Length: 6\r\nX: " + strings.Repeat("x", 20<<10) + "\r\nTransfer-Encoding: chunked\r\n\r\n", []string{"/it"}},
		"line feeds alone":      {"", "Content-Length: 6\nTransfer-Encoding: chunked\n\n", []string{"/it"}},
		"after a body":          {strings.Replace(good, "1\r\nx", "f000\r\n"+strings.Repeat("x", 0xf000), 1), "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n", []string{"/good", "/it"}},
		"TE alone is kept open": {"", "Transfer-Encoding: chunked\r\n\r\n", []string{"/it", "/smuggled"}},
		"CL alone is kept open": {"", "Content-Length: 5\r\n\r\n", []string{"/it", "/smuggled"}},
	} {
		t.Run(name, func(t *testing.T) {
			var served []string
			addr := start(t, httpserver.Options{}, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				served = append(served, r.URL.Path)
			})
			got := roundTrip(t, addr, []byte(c.before+"POST /it HTTP/1.1\r\nHost: h\r\n"+c.header+chunks+smuggled))
			all := responses(t, got)
			require.Len(t, all, len(c.served))
			assert.Equal(t, c.served, served)
			assert.True(t, all[len(all)-1].Close)
		})
	}
}

func TestTwoLengthsAreDetectedInALaterRequest(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{}, func(w http.ResponseWriter, r *http.Request) { io.Copy(w, r.Body) })
	conn := dial(t, addr)
	for _, framing := range []string{"Transfer-Encoding: chunked\r\n\r\n3\r\n{\n}\r\n0\r\n\r\n", "Content-Length: 3\r\n\r\n{\n}", "Transfer-Encoding: chunked\r\n\r\n3\r\n{\n}\r\n0\r\n\r\n"} {
		fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: h\r\n"+framing)
		assert.Equal(t, "{\n}", bodyOf(t, conn))
	}
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")
	got, err := io.ReadAll(conn)
	require.NoError(t, err)
	require.Len(t, responses(t, string(got)), 1)
}

// HTTP/1.0 has no Transfer-Encoding.
func TestTransferEncodingInHTTP10ClosesTheConnection(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{}, echoRemoteAddr)
	got := roundTrip(t, addr, []byte("POST / HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"))
	require.Len(t, responses(t, got), 1)
}

func TestTwoLengthsAreDetectedInARequestThatArrivesByteByByte(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{}, echoRemoteAddr)
	conn := dial(t, addr)
	for _, b := range []byte("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n") {
		_, err := conn.Write([]byte{b})
		require.NoError(t, err)
	}
	got, err := io.ReadAll(conn)
	require.NoError(t, err)
	assert.Len(t, responses(t, string(got)), 1)
}

func TestH2CIsDeclined(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct{ sent, received string }{
		"as curl asks":            {"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n", ""},
		"in other letters":        {"connection: upgrade,http2-settings\r\nupgrade: H2C\r\nhttp2-settings: x\r\n", ""},
		"in two headers":          {"Connection: Upgrade\r\nConnection: HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: x\r\n", ""},
		"the settings alone":      {"Connection: HTTP2-Settings\r\nHTTP2-Settings: x\r\n", ""},
		"among others":            {"Connection: keep-alive, Upgrade\r\nUpgrade: websocket, h2c\r\n", "Connection: keep-alive, Upgrade|Upgrade: websocket|"},
		"another upgrade is kept": {"Connection: Upgrade\r\nUpgrade: websocket\r\n", "Connection: Upgrade|Upgrade: websocket|"},
	} {
		t.Run(name, func(t *testing.T) {
			addr := start(t, httpserver.Options{}, func(w http.ResponseWriter, r *http.Request) {
				for _, key := range []string{"Connection", "Http2-Settings", "Upgrade"} {
					for _, value := range r.Header[key] {
						fmt.Fprintf(w, "%s: %s|", key, value)
					}
				}
			})
			conn := dial(t, addr)
			fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: h\r\n"+c.sent+"\r\n")
			assert.Equal(t, c.received, bodyOf(t, conn))
		})
	}
}
