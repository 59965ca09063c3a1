package proxy_test

import (
	"bufio"
	"bytes"
	"context"
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

// A testProxy is a proxy that serves, with its log.
type testProxy struct {
	t     *testing.T
	proxy *proxy.Proxy
	addr  string
	url   string
	admin string
	log   *logtest.Buffer
	stop  func()
	ended chan error // receives what Serve returned
}

// start serves testdata/shop.yaml in front of an upstream.
func start(t *testing.T, upstream string, change ...func(*proxy.Options)) *testProxy {
	t.Helper()
	u, err := proxy.ParseUpstream(upstream)
	require.NoError(t, err)
	p := &testProxy{t: t, log: &logtest.Buffer{}, ended: make(chan error, 1)}
	o := proxy.Options{Upstream: u, ContractFile: "testdata/shop.yaml", Log: slog.New(slog.NewJSONHandler(p.log, nil))}
	for _, f := range change {
		f(&o)
	}
	p.proxy, err = proxy.New(o)
	require.NoError(t, err)
	ln, admin := listen(t), listen(t)
	p.addr, p.admin = ln.Addr().String(), "http://"+admin.Addr().String()
	p.url = "http://" + p.addr
	if o.CertFile != "" {
		p.url = "https://" + p.addr
	}
	ctx, stop := context.WithCancel(context.Background())
	p.stop = stop
	go func() { p.ended <- p.proxy.Serve(ctx, ln, admin) }()
	t.Cleanup(func() {
		stop()
		select {
		case err := <-p.ended:
			assert.NoError(t, err)
		case <-time.After(20 * time.Second):
			t.Error("the proxy did not stop")
		}
	})
	return p
}

// serveUpstream starts an upstream with a handler.
func serveUpstream(t *testing.T, h http.HandlerFunc) string {
	srv := httptest.NewServer(h)
	t.Cleanup(srv.Close)
	return srv.URL
}

func respond(status int, contentType, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// rawUpstream sends a fixed response to the first request of each connection. It
// passes the bytes of each request to got.
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

// raw sends a request and returns everything that comes back.
func (p *testProxy) raw(request string) string {
	p.t.Helper()
	conn, err := net.Dial("tcp", p.addr)
	require.NoError(p.t, err)
	defer conn.Close()
	_, err = io.WriteString(conn, request)
	require.NoError(p.t, err)
	resp, err := io.ReadAll(conn)
	require.NoError(p.t, err)
	return string(resp)
}

type response struct {
	status int
	header http.Header
	body   string
}

func (p *testProxy) send(method, path, body string, header ...string) response {
	p.t.Helper()
	return send(p.t, method, p.url+path, body, header...)
}

// send sends a request with a JSON body. The header is a list of names and values in
// turn.
func send(t *testing.T, method, url, body string, header ...string) response {
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
	return response{resp.StatusCode, resp.Header, string(data)}
}

// line waits for the log's n-th line about a request, counted from 0. The proxy
// writes it after the caller has received the response.
func (p *testProxy) line(n int) map[string]any {
	p.t.Helper()
	return p.message("request", n)
}

// message waits for the log's n-th record with a message.
func (p *testProxy) message(message string, n int) map[string]any {
	p.t.Helper()
	var lines []map[string]any
	require.Eventually(p.t, func() bool {
		lines = p.log.Records(p.t, message)
		return len(lines) > n
	}, 20*time.Second, time.Millisecond, "no line %d of %q in %s", n, message, p.log)
	return lines[n]
}
