package proxy_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
)

func TestAnEventStreamPassesAsItComes(t *testing.T) {
	for name, mode := range map[string]func(*proxy.Options){"enforce": func(*proxy.Options) {}, "observe": observe, "off": off} {
		t.Run(name, func(t *testing.T) {
			next := make(chan string)
			rg := start(t, serveUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				w.(http.Flusher).Flush()
				for event := range next {
					io.WriteString(w, event)
					w.(http.Flusher).Flush()
				}
			}), mode)
			resp, err := http.Get(rg.url + "/events") // the header is here before the first event
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
			lines := bufio.NewReader(resp.Body)
			for _, event := range []string{"data: 1\n", "data: 2\n"} {
				next <- event // and each event before the next is made
				got, err := lines.ReadString('\n')
				require.NoError(t, err)
				assert.Equal(t, event, got)
			}
			close(next)
			_, err = lines.ReadString('\n')
			assert.Equal(t, io.EOF, err)
		})
	}
}

func TestAnUpgradedConnectionPassesThrough(t *testing.T) {
	for name, mode := range map[string]func(*proxy.Options){"enforce": func(*proxy.Options) {}, "observe": observe, "off": off} {
		t.Run(name, func(t *testing.T) {
			rg := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "websocket", r.Header.Get("Upgrade"))
				conn, rw, err := http.NewResponseController(w).Hijack()
				if !assert.NoError(t, err) {
					return
				}
				defer conn.Close()
				io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
				line, _ := rw.ReadString('\n')
				io.WriteString(conn, "echo "+line)
			}), mode)
			conn, err := net.Dial("tcp", rg.addr)
			require.NoError(t, err)
			defer conn.Close()
			io.WriteString(conn, "GET /socket HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n")
			lines := bufio.NewReader(conn)
			resp, err := http.ReadResponse(lines, nil)
			require.NoError(t, err)
			require.Equal(t, 101, resp.StatusCode)
			assert.Equal(t, "websocket", resp.Header.Get("Upgrade"))
			io.WriteString(conn, "hello\n")
			got, err := lines.ReadString('\n')
			require.NoError(t, err)
			assert.Equal(t, "echo hello\n", got)
			conn.Close()
			assert.EqualValues(t, 101, rg.line(0)["status"])
		})
	}
}

// bothProtocols runs a test with a caller of HTTP/1.1 and one of HTTP/2. The
// proxy's server here has no timeouts of its own.
func bothProtocols(t *testing.T, upstream http.HandlerFunc, test func(t *testing.T, rg *rig, get func(path string) *http.Response)) {
	for name, withTLS := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			rg := start(t, serveUpstream(t, upstream), func(o *proxy.Options) { o.CallerTimeout = callerTimeout })
			srv := httptest.NewUnstartedServer(rg.proxy)
			srv.EnableHTTP2 = true
			if withTLS {
				srv.StartTLS()
			} else {
				srv.Start()
			}
			t.Cleanup(srv.Close)
			test(t, rg, func(path string) *http.Response {
				resp, err := srv.Client().Get(srv.URL + path)
				require.NoError(t, err)
				t.Cleanup(func() { resp.Body.Close() })
				assert.Equal(t, name, resp.Proto)
				return resp
			})
		})
	}
}

const callerTimeout = 500 * time.Millisecond

func TestACallerThatTakesNothingIsDropped(t *testing.T) {
	bothProtocols(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for event := strings.Repeat("x", 1<<16); r.Context().Err() == nil; {
			io.WriteString(w, event)
		}
	}, func(t *testing.T, rg *rig, get func(string) *http.Response) {
		get("/events")
		assert.Equal(t, true, rg.line(0)["aborted"])
	})
}

// The time that a caller has is for each part, not for the whole.
func TestAStreamMayTakeLongerThanItsCallersTime(t *testing.T) {
	bothProtocols(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for range 3 {
			io.WriteString(w, "data\n")
			w.(http.Flusher).Flush()
			time.Sleep(callerTimeout * 6 / 5)
		}
	}, func(t *testing.T, rg *rig, get func(string) *http.Response) {
		body, err := io.ReadAll(get("/events").Body)
		require.NoError(t, err)
		assert.Equal(t, strings.Repeat("data\n", 3), string(body))
	})
}

// The deadline of one response is not the next one's on the same connection.
func TestAKeptConnectionHasItsTimeAnew(t *testing.T) {
	bothProtocols(t, answers(200, "application/json", goodItem), func(t *testing.T, rg *rig, get func(string) *http.Response) {
		for range 2 {
			resp := get("/items/a")
			body, err := io.ReadAll(resp.Body)
			require.NoError(t, err)
			assert.Equal(t, goodItem, string(body))
			time.Sleep(callerTimeout * 6 / 5)
		}
	})
}
