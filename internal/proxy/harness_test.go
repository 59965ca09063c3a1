package proxy_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/logtest"
	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
)

const (
	goodItem = `{"name":"tea"}`
	badItem  = `{"name":7,"secret":"hunter2"}`
)

// A rig is a proxy that serves, and what it logs.
type rig struct {
	t     *testing.T
	proxy *proxy.Proxy
	addr  string
	url   string
	admin string
	log   *logBuffer
	stop  func()
	ended chan error // what Serve returned
}

// start serves the shop's contract in front of an upstream.
func start(t *testing.T, upstream string, change ...func(*proxy.Options)) *rig {
	t.Helper()
	u, err := proxy.ParseUpstream(upstream)
	require.NoError(t, err)
	rg := &rig{t: t, log: &logBuffer{}, ended: make(chan error, 1)}
	o := proxy.Options{Upstream: u, ContractFile: "testdata/shop.yaml", Log: slog.New(slog.NewJSONHandler(rg.log, nil))}
	for _, f := range change {
		f(&o)
	}
	rg.proxy, err = proxy.New(o)
	require.NoError(t, err)
	ln, admin := listen(t), listen(t)
	rg.addr, rg.admin = ln.Addr().String(), "http://"+admin.Addr().String()
	rg.url = "http://" + rg.addr
	if o.CertFile != "" {
		rg.url = "https://" + rg.addr
	}
	ctx, stop := context.WithCancel(context.Background())
	rg.stop = stop
	go func() { rg.ended <- rg.proxy.Serve(ctx, ln, admin) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-rg.ended:
			assert.NoError(t, err)
		case <-time.After(20 * time.Second):
			t.Error("the proxy does not stop")
		}
	})
	return rg
}

// serveUpstream starts an upstream that is an http.Handler.
func serveUpstream(t *testing.T, h http.HandlerFunc) string {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

func answers(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// rawUpstream answers each connection's first request with these bytes, and
// tells what it got, with its body as far as Content-Length says.
func rawUpstream(t *testing.T, response string) (url string, got <-chan string) {
	ln := listen(t)
	t.Cleanup(func() { ln.Close() })
	requests := make(chan string, 10)
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				var seen bytes.Buffer
				req, err := http.ReadRequest(bufio.NewReaderSize(io.TeeReader(conn, &seen), 1))
				if err != nil {
					return
				}
				io.Copy(io.Discard, req.Body)
				requests <- seen.String()
				io.WriteString(conn, response)
			}()
		}
	}()
	return "http://" + ln.Addr().String(), requests
}

func listen(t *testing.T) net.Listener {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	return ln
}

// raw sends these bytes and returns all that comes back.
func (rg *rig) raw(request string) string {
	rg.t.Helper()
	conn, err := net.Dial("tcp", rg.addr)
	require.NoError(rg.t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, request)
	require.NoError(rg.t, err)
	resp, err := io.ReadAll(conn)
	require.NoError(rg.t, err)
	return string(resp)
}

type answer struct {
	status int
	header http.Header
	body   string
}

func (rg *rig) send(method, path, body string, header ...string) answer {
	rg.t.Helper()
	return send(rg.t, method, rg.url+path, body, header...)
}

// send sends a request of JSON; header is names and values in turn.
func send(t *testing.T, method, url, body string, header ...string) answer {
	t.Helper()
	req, err := http.NewRequest(method, url, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return answer{resp.StatusCode, resp.Header, string(data)}
}

// line waits for the log's n-th line of a request, from 0; it is written when
// the caller has had its answer.
func (rg *rig) line(n int) map[string]any {
	rg.t.Helper()
	return rg.message("request", n)
}

func (rg *rig) message(message string, n int) map[string]any {
	rg.t.Helper()
	var lines []map[string]any
	require.Eventually(rg.t, func() bool {
		lines = rg.log.lines(rg.t, message)
		return len(lines) > n
	}, 20*time.Second, time.Millisecond, "no line %d of %q in %s", n, message, rg.log)
	return lines[n]
}

// A logBuffer is a log that may be read while it is written.
type logBuffer struct{ logtest.Buffer }

func (b *logBuffer) lines(t *testing.T, message string) (records []map[string]any) {
	for line := range strings.Lines(b.String()) {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record), line)
		if record["msg"] == message {
			records = append(records, record)
		}
	}
	return records
}
