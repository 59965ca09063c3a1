package proxy_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
)

// problem asserts that the proxy wrote a response itself, with the request id in
// the log.
func (p *testProxy) problem(resp response, status int) {
	p.t.Helper()
	assert.Equal(p.t, status, resp.status)
	assert.Equal(p.t, "application/problem+json", resp.header.Get("Content-Type"))
	var body struct {
		Title, Detail string
		Status        int
		RequestID     string `json:"request_id"`
	}
	require.NoError(p.t, json.Unmarshal([]byte(resp.body), &body), resp.body)
	assert.Equal(p.t, status, body.Status)
	assert.Equal(p.t, http.StatusText(status), body.Title)
	assert.NotEmpty(p.t, body.Detail)
	line := p.line(0)
	assert.EqualValues(p.t, status, line["status"])
	assert.Equal(p.t, line["request_id"], body.RequestID)
	assert.Equal(p.t, line["request_id"], resp.header.Get("X-Request-Id"))
}

func TestAnUnreachableUpstreamGivesA502(t *testing.T) {
	t.Parallel()
	ln := listen(t)
	ln.Close()
	p := start(t, "http://"+ln.Addr().String())
	resp := p.send("GET", "/items/a", "")
	p.problem(resp, 502)
	assert.NotContains(t, resp.body, ln.Addr().String(), "the cause is only in the log")
	assert.Contains(t, p.line(0)["error"], ln.Addr().String())
	assert.Equal(t, "ERROR", p.line(0)["level"])
}

func TestAnUpstreamThatDoesNotRespondGivesA504(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]func(*certificate, http.HandlerFunc) string{
		"HTTP/1.1": func(c *certificate, h http.HandlerFunc) string { return serveUpstream(c.t, h) },
		"HTTP/2":   (*certificate).serveTLS,
	} {
		t.Run(name, func(t *testing.T) {
			c := newCertificate(t, "127.0.0.1")
			release := make(chan struct{})
			p := start(t, serve(c, func(http.ResponseWriter, *http.Request) { <-release }),
				func(o *proxy.Options) { o.UpstreamTimeout, o.UpstreamCAs = 100*time.Millisecond, c.pool })
			defer close(release)
			p.problem(p.send("GET", "/items/a", ""), 504)
			assert.Equal(t, "ERROR", p.line(0)["level"])
		})
	}
}

func TestAnUpstreamThatDoesNotSpeakHTTPGivesA502(t *testing.T) {
	t.Parallel()
	upstream, _ := rawUpstream(t, "-ERR unknown command\r\n")
	p := start(t, upstream)
	p.problem(p.send("GET", "/items/a", ""), 502)
}

func TestASlowRequestGetsA408(t *testing.T) {
	t.Parallel()
	for name, mode := range allModes {
		t.Run(name, func(t *testing.T) {
			p := start(t, serveUpstream(t, respond(201, "", "")), func(o *proxy.Options) { o.CallerTimeout = 100 * time.Millisecond }, mode)
			back := p.raw("POST /items HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{")
			resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(back)), nil)
			require.NoError(t, err, back)
			body, _ := io.ReadAll(resp.Body)
			p.problem(response{resp.StatusCode, resp.Header, string(body)}, 408)
			assert.Equal(t, "INFO", p.line(0)["level"])
		})
	}
}

func TestACallerThatLeavesIsNotAnError(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	p := start(t, serveUpstream(t, func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	}))
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", p.url+"/items/a", nil)
	require.NoError(t, err)
	go func() {
		<-entered
		leave()
	}()
	_, err = http.DefaultTransport.RoundTrip(req)
	require.ErrorIs(t, err, context.Canceled)
	line := p.line(0)
	assert.EqualValues(t, 499, line["status"])
	assert.Equal(t, "INFO", line["level"])
	assert.NotContains(t, line, "error")
	assert.Equal(t, 1, strings.Count(p.log.String(), line["request_id"].(string)))
}

func TestAResponseThatItsCallerCutOffIsNotAViolation(t *testing.T) {
	t.Parallel()
	entered := make(chan struct{})
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		// This is more than the sockets buffer: once it is written, the proxy reads.
		io.WriteString(w, "{"+strings.Repeat(" ", 12<<20))
		close(entered)
		<-r.Context().Done()
	}))
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", p.url+"/items/a", nil)
	require.NoError(t, err)
	go func() {
		<-entered
		leave()
	}()
	_, err = http.DefaultTransport.RoundTrip(req)
	require.ErrorIs(t, err, context.Canceled)
	line := p.line(0)
	assert.EqualValues(t, 499, line["status"])
	assert.Equal(t, "INFO", line["level"])
	assert.NotContains(t, line, "violations")
	assert.NotContains(t, send(t, "GET", p.admin+"/metrics", "").body, "dcs_proxy_violations_total{")
}

func TestACallerThatLeavesAStreamIsNotAnError(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	resp, err := http.Get(p.url + "/events")
	require.NoError(t, err)
	resp.Body.Close()
	line := p.line(0)
	assert.EqualValues(t, 200, line["status"])
	assert.Equal(t, true, line["aborted"])
	assert.Equal(t, "INFO", line["level"])
	assert.NotContains(t, line, "error")
	assert.NotContains(t, p.log.String(), "panic")
}

func TestATruncatedStreamIsAborted(t *testing.T) {
	t.Parallel()
	upstream, _ := rawUpstream(t, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100\r\n\r\nhalf")
	p := start(t, upstream)
	resp, err := http.Get(p.url + "/events")
	if err == nil { // the header may have arrived, the body cannot
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	require.Error(t, err)
	line := p.line(0)
	assert.Equal(t, true, line["aborted"])
	assert.Equal(t, "ERROR", line["level"])
	assert.Equal(t, "upstream: the response was cut off: unexpected EOF", line["error"])
}

func TestATruncatedResponseThatIsValidatedGivesA502(t *testing.T) {
	t.Parallel()
	upstream, _ := rawUpstream(t, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	p := start(t, upstream)
	assert.Equal(t, 502, p.send("GET", "/items/a", "").status)
	assert.Equal(t, "ERROR", p.line(0)["level"])
}

func TestCONNECTIsRefused(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, func(http.ResponseWriter, *http.Request) { t.Error("the upstream received a request") }), off)
	back := p.raw("CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\nConnection: close\r\n\r\n")
	assert.Contains(t, back, "HTTP/1.1 501 ")
}

func TestAResponseMayEndBeforeItsRequest(t *testing.T) {
	t.Parallel()
	c := newCertificate(t, "127.0.0.1")
	p := start(t, rawEarlyUpstream(t, "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 5\r\n\r\nearly"), observe,
		func(o *proxy.Options) { o.CertFile, o.KeyFile = c.certFile, c.keyFile })
	body, w := io.Pipe()
	defer w.Close()
	req, err := http.NewRequest("POST", p.url+"/items", body)
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	go w.Write([]byte(`{"name":`))
	resp, err := c.client().Do(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	got, _ := io.ReadAll(resp.Body)
	assert.Equal(t, 418, resp.StatusCode)
	assert.Equal(t, "early", string(got))
}

// rawEarlyUpstream sends its response when it has read the header. It reads no
// body.
func rawEarlyUpstream(t *testing.T, response string) (url string) {
	ln := listen(t)
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			t.Cleanup(func() { conn.Close() })
			if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
				io.WriteString(conn, response)
			}
		}
	}()
	return "http://" + ln.Addr().String()
}
