package httpserver_test

import (
	"fmt"
	"io"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
	"github.com/dcs-sessions/dcs-sessions/internal/realclient"
)

func TestACallerThatStillSendsReceivesItsResponse(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{ReadTimeout: time.Minute}, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/part" {
			if _, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20)); err != nil {
				http.Error(w, "too large", http.StatusRequestEntityTooLarge)
			}
			return
		}
		http.Error(w, "no", http.StatusUnauthorized)
	})
	for name, post := range realclient.All(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range []struct {
				path          string
				status, times int
			}{{"/part", 413, 20}, {"/none", 401, 5}} {
				statuses, err := post("http://"+addr+c.path, 8<<20, c.times)
				require.NoError(t, err, c.path)
				assert.Equal(t, slices.Repeat([]int{c.status}, c.times), statuses, c.path)
			}
		})
	}
}

func TestACallerWithTooLargeAHeaderReceivesItsResponse(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{ErrorBody: jsonError}, echoRemoteAddr)
	for range 20 {
		conn := dial(t, addr)
		_, err := io.WriteString(conn, "GET / HTTP/1.1\r\nHost: h\r\nX: "+strings.Repeat("x", 5<<20))
		require.NoError(t, err)
		assert.Equal(t, `{"error":431}`, bodyOf(t, conn))
	}
}

func TestTheResponseIsCompleteBeforeTheRequestBody(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{}, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusUnauthorized) })
	conn := dial(t, addr)
	fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n{", 20<<20)
	got, err := io.ReadAll(conn) // to its end: the server closes its side
	require.NoError(t, err)
	assert.Contains(t, string(got), "HTTP/1.1 401 ")
}

func TestAConnectionThatSendsWithoutEndIsClosed(t *testing.T) {
	t.Parallel()
	addr := start(t, httpserver.Options{}, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusUnauthorized) })
	conn := dial(t, addr)
	fmt.Fprint(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 999999999999\r\n\r\n")
	part := make([]byte, 1<<20)
	var err error
	for range 512 {
		if _, err = conn.Write(part); err != nil {
			break
		}
	}
	assert.Error(t, err)
}

func TestLingeringConnectionsAreBounded(t *testing.T) {
	addr := start(t, httpserver.Options{}, func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "no", http.StatusUnauthorized) })
	before := runtime.NumGoroutine()
	for range 400 {
		conn := dial(t, addr)
		fmt.Fprintf(conn, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n", 20<<20)
		resp := make([]byte, 12)
		_, err := io.ReadFull(conn, resp)
		require.NoError(t, err)
	}
	require.Eventually(t, func() bool { return runtime.NumGoroutine()-before < 300 }, 4*time.Second, 10*time.Millisecond)
}
