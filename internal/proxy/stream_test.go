package proxy_test

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
)

func TestAnEventStreamIsForwardedEventByEvent(t *testing.T) {
	t.Parallel()
	for name, mode := range allModes {
		t.Run(name, func(t *testing.T) {
			next := make(chan string)
			p := start(t, serveUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Content-Type", "text/event-stream")
				w.(http.Flusher).Flush()
				for event := range next {
					io.WriteString(w, event)
					w.(http.Flusher).Flush()
				}
			}), mode)
			resp, err := http.Get(p.url + "/events") // returns before the first event
			require.NoError(t, err)
			defer resp.Body.Close()
			assert.Equal(t, "text/event-stream", resp.Header.Get("Content-Type"))
			lines := bufio.NewReader(resp.Body)
			for _, event := range []string{"data: 1\n", "data: 2\n"} {
				next <- event // the next event is sent after this one has arrived
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

func TestAnUpgradedConnectionIsForwarded(t *testing.T) {
	t.Parallel()
	for name, mode := range allModes {
		t.Run(name, func(t *testing.T) {
			p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
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
			conn, err := net.Dial("tcp", p.addr)
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
			assert.EqualValues(t, 101, p.line(0)["status"])
		})
	}
}

// bothProtocols runs a test over HTTP/1.1 and over HTTP/2. The server has no
// timeouts of its own here.
func bothProtocols(t *testing.T, upstream http.HandlerFunc, test func(t *testing.T, p *testProxy, get func(path string) *http.Response), change ...func(*proxy.Options)) {
	for name, withTLS := range map[string]bool{"HTTP/1.1": false, "HTTP/2.0": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			p := start(t, serveUpstream(t, upstream), append(change, func(o *proxy.Options) { o.CallerTimeout = callerTimeout })...)
			srv := httptest.NewUnstartedServer(p.proxy)
			srv.EnableHTTP2 = true
			if withTLS {
				srv.StartTLS()
			} else {
				srv.Start()
			}
			t.Cleanup(srv.Close)
			test(t, p, func(path string) *http.Response {
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

func TestACallerThatReadsNothingIsDisconnected(t *testing.T) {
	t.Parallel()
	bothProtocols(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		for event := strings.Repeat("x", 1<<16); r.Context().Err() == nil; {
			io.WriteString(w, event)
		}
	}, func(t *testing.T, p *testProxy, get func(string) *http.Response) {
		get("/events")
		assert.Equal(t, true, p.line(0)["aborted"])
	})
}

// net/http sends the end of a small response after the handler has returned.
func TestACallerThatSendsRequestsAndReadsNothingIsDisconnected(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "3000") // so that the proxy does not flush it
		respond(200, "application/octet-stream", strings.Repeat("x", 3000))(w, r)
	}), off, func(o *proxy.Options) { o.CallerTimeout = callerTimeout })
	conn, err := net.Dial("tcp", p.addr)
	require.NoError(t, err)
	defer conn.Close()
	require.NoError(t, conn.(*net.TCPConn).SetReadBuffer(4096))
	require.NoError(t, conn.SetWriteDeadline(time.Now().Add(30*time.Second)))
	for err == nil {
		_, err = io.WriteString(conn, "GET /x HTTP/1.1\r\nHost: h\r\n\r\n")
	}
	assert.NotErrorIs(t, err, os.ErrDeadlineExceeded)
}

// The timeout limits each part of a response, not the whole.
func TestAResponseMayTakeLongerThanTheCallerTimeout(t *testing.T) {
	t.Parallel()
	for name, header := range map[string][2]string{
		"a stream, which the proxy flushes":                 {"Content-Type", "text/event-stream"},
		"a response with a length, which it does not flush": {"Content-Length", "15"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			bothProtocols(t, func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set(header[0], header[1])
				for range 3 {
					io.WriteString(w, "data\n")
					w.(http.Flusher).Flush()
					time.Sleep(callerTimeout * 6 / 5)
				}
			}, func(t *testing.T, p *testProxy, get func(string) *http.Response) {
				body, err := io.ReadAll(get("/events").Body)
				require.NoError(t, err)
				assert.Equal(t, strings.Repeat("data\n", 3), string(body))
			}, observe)
		})
	}
}

func TestACallerReceivesOne100Continue(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, respond(201, "", "")))
	conn, err := net.Dial("tcp", p.addr)
	require.NoError(t, err)
	defer conn.Close()
	io.WriteString(conn, "POST /items HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 14\r\nExpect: 100-continue\r\n\r\n")
	responses := bufio.NewReader(conn)
	for _, status := range []int{100, 201} {
		resp, err := http.ReadResponse(responses, nil)
		require.NoError(t, err)
		require.Equal(t, status, resp.StatusCode)
		if status == 100 {
			io.WriteString(conn, goodItem)
		}
	}
}
