package httpserver_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
	"github.com/dcs-sessions/dcs-sessions/internal/logtest"
)

// start serves with o until the test ends, and returns the address.
func start(t *testing.T, o httpserver.Options, handler http.HandlerFunc) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	ctx, stop := context.WithCancel(context.Background())
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		_ = httpserver.Run(ctx, ln, handler, o) // a test may leave requests in progress
	}()
	t.Cleanup(func() {
		stop()
		select {
		case <-ended:
		case <-time.After(20 * time.Second):
			t.Error("the server does not stop")
		}
	})
	return ln.Addr().String()
}

// jsonError is an Options.ErrorBody.
func jsonError(status int) (string, []byte) {
	return "application/json", fmt.Appendf(nil, `{"error":%d}`, status)
}

// roundTrip sends a request and returns everything that the server sends until it
// closes the connection.
func roundTrip(t *testing.T, addr string, request []byte) string {
	t.Helper()
	conn := dial(t, addr)
	_, err := conn.Write(request)
	require.NoError(t, err)
	got, err := io.ReadAll(conn)
	require.NoError(t, err)
	return string(got)
}

func dial(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	require.NoError(t, err)
	t.Cleanup(func() { conn.Close() })
	require.NoError(t, conn.SetDeadline(time.Now().Add(20*time.Second)))
	return conn
}

func echoRemoteAddr(w http.ResponseWriter, r *http.Request) { io.WriteString(w, r.RemoteAddr) }

// responses parses the responses in a text.
func responses(t *testing.T, text string) (all []*http.Response) {
	t.Helper()
	for r := bufio.NewReader(strings.NewReader(text)); ; {
		if _, err := r.Peek(1); err == io.EOF {
			return all
		}
		resp, err := http.ReadResponse(r, nil)
		require.NoError(t, err, text)
		body, err := io.ReadAll(resp.Body)
		require.NoError(t, err)
		resp.Body = io.NopCloser(bytes.NewReader(body))
		all = append(all, resp)
	}
}

func TestAnErrorThatNoHandlerWritesHasTheGivenBody(t *testing.T) {
	t.Parallel()
	get := "GET / HTTP/1.1\r\nHost: h\r\n"
	for name, c := range map[string]struct {
		request string
		status  int
	}{
		"a malformed request line":        {"nope\r\n\r\n", 400},
		"no Host":                         {"GET / HTTP/1.1\r\n\r\n", 400},
		"a header name with a blank":      {get + "X Y: z\r\n\r\n", 400},
		"a header without a colon":        {get + "nope\r\n\r\n", 400},
		"two lengths that differ":         {get + "Content-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
		"a negative length":               {get + "Content-Length: -1\r\n\r\n", 400},
		"a header that is too large":      {get + "X: " + strings.Repeat("x", 70<<10) + "\r\n\r\n", 431},
		"many headers":                    {get + strings.Repeat("X: y\r\n", 20<<10) + "\r\n", 431},
		"a request line that is too long": {"GET /" + strings.Repeat("x", 70<<10) + " HTTP/1.1\r\nHost: h\r\n\r\n", 431},
		"an unknown transfer coding":      {get + "Transfer-Encoding: gzip\r\n\r\n", 501},
		"an unknown HTTP version":         {"GET / HTTP/3.7\r\nHost: h\r\n\r\n", 505},
		"HTTP/2 with prior knowledge":     {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\x00\x00\x00\x04\x00\x00\x00\x00\x00", 505},
		"an expectation that is unknown":  {get + "Expect: wonders\r\n\r\n", 417},
		"TLS on a plain port":             {"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03 \n\n", 400},
		"after a good request":            {get + "\r\nnope\r\n\r\n", 400},
	} {
		t.Run(name, func(t *testing.T) {
			var log logtest.Buffer
			addr := start(t, httpserver.Options{ErrorBody: jsonError, Log: slog.New(slog.NewJSONHandler(&log, nil))},
				func(w http.ResponseWriter, r *http.Request) { io.WriteString(w, "HTTP/1.1 200 is text here") })
			all := responses(t, roundTrip(t, addr, []byte(c.request)))
			require.NotEmpty(t, all)
			resp := all[len(all)-1]
			body, _ := io.ReadAll(resp.Body)
			assert.Equal(t, c.status, resp.StatusCode)
			assert.Equal(t, http.StatusText(c.status), strings.TrimPrefix(resp.Status, fmt.Sprint(c.status, " ")))
			assert.Equal(t, "application/json", resp.Header.Get("Content-Type"))
			assert.True(t, resp.Close)
			assert.NotEmpty(t, resp.Header.Get("Date"))
			assert.JSONEq(t, fmt.Sprintf(`{"error":%d}`, c.status), string(body))
			assert.Regexp(t, "^[0-9a-f]{32}$", resp.Header.Get("X-Request-Id"))
			lines := log.Records(t, "request refused")
			require.Len(t, lines, 1)
			line := lines[0]
			assert.Equal(t, resp.Header.Get("X-Request-Id"), line["request_id"])
			assert.EqualValues(t, c.status, line["status"])
			assert.Contains(t, line["remote"], "127.0.0.1:")
		})
	}
}

func TestAHeaderThatDoesNotEndGetsA408(t *testing.T) {
	t.Parallel() // takes ten seconds
	addr := start(t, httpserver.Options{ErrorBody: jsonError}, echoRemoteAddr)
	silent := dial(t, addr)
	assert.Contains(t, roundTrip(t, addr, []byte("GET / HTTP/1.1\r\nHost: h\r\nX: ")), `{"error":408}`)
	got, err := io.ReadAll(silent)
	require.NoError(t, err)
	assert.Empty(t, got, "a connection without a request is closed without a response")
}

func TestAHandlersErrorResponseIsNotReplaced(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{ErrorBody: jsonError}, func(w http.ResponseWriter, r *http.Request) {
		w.Header()["Date"] = nil
		http.Error(w, "mine", 400)
	})
	all := responses(t, roundTrip(t, addr, []byte("GET / HTTP/1.1\r\nHost: h\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")))
	require.Len(t, all, 2)
	for _, resp := range all {
		body, _ := io.ReadAll(resp.Body)
		assert.Equal(t, "mine\n", string(body))
		assert.Equal(t, "text/plain; charset=utf-8", resp.Header.Get("Content-Type"))
	}
}

// bodyOf reads a response and returns its body.
func bodyOf(t *testing.T, conn net.Conn) string {
	t.Helper()
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	require.NoError(t, err)
	body, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return string(body)
}
