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

// problem asserts that an answer is the proxy's own, with the log's request id.
func (rg *rig) problem(resp answer, status int) {
	rg.t.Helper()
	assert.Equal(rg.t, status, resp.status)
	assert.Equal(rg.t, "application/problem+json", resp.header.Get("Content-Type"))
	var body struct {
		Title, Detail string
		Status        int
		RequestID     string `json:"request_id"`
	}
	require.NoError(rg.t, json.Unmarshal([]byte(resp.body), &body), resp.body)
	assert.Equal(rg.t, status, body.Status)
	assert.Equal(rg.t, http.StatusText(status), body.Title)
	assert.NotEmpty(rg.t, body.Detail)
	line := rg.line(0)
	assert.EqualValues(rg.t, status, line["status"])
	assert.Equal(rg.t, line["request_id"], body.RequestID)
	assert.Equal(rg.t, line["request_id"], resp.header.Get("X-Request-Id"))
}

func TestAnUpstreamThatIsDownIsA502(t *testing.T) {
	ln := listen(t)
	ln.Close()
	rg := start(t, "http://"+ln.Addr().String())
	resp := rg.send("GET", "/items/a", "")
	rg.problem(resp, 502)
	assert.NotContains(t, resp.body, ln.Addr().String(), "the cause is the log's")
	assert.Contains(t, rg.line(0)["error"], ln.Addr().String())
	assert.Equal(t, "ERROR", rg.line(0)["level"])
}

func TestAnUpstreamThatDoesNotAnswerIsA504(t *testing.T) {
	for name, serve := range map[string]func(*certificate, http.HandlerFunc) string{
		"HTTP/1.1": func(c *certificate, h http.HandlerFunc) string { return serveUpstream(c.t, h) },
		"HTTP/2":   (*certificate).serveTLS,
	} {
		t.Run(name, func(t *testing.T) {
			c := newCertificate(t, "127.0.0.1")
			release := make(chan struct{})
			rg := start(t, serve(c, func(http.ResponseWriter, *http.Request) { <-release }),
				func(o *proxy.Options) { o.UpstreamTimeout, o.UpstreamCAs = 100*time.Millisecond, c.pool })
			defer close(release)
			rg.problem(rg.send("GET", "/items/a", ""), 504)
			assert.Equal(t, "ERROR", rg.line(0)["level"])
		})
	}
}

func TestAnUpstreamThatSpeaksNoHTTPIsA502(t *testing.T) {
	upstream, _ := rawUpstream(t, "-ERR unknown command\r\n")
	rg := start(t, upstream)
	rg.problem(rg.send("GET", "/items/a", ""), 502)
}

func TestASlowRequestIsA408(t *testing.T) {
	for name, mode := range map[string]func(*proxy.Options){"enforce": func(*proxy.Options) {}, "observe": observe, "off": off} {
		t.Run(name, func(t *testing.T) {
			rg := start(t, serveUpstream(t, answers(201, "", "")), func(o *proxy.Options) { o.CallerTimeout = 100 * time.Millisecond }, mode)
			back := rg.raw("POST /items HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{")
			resp, err := http.ReadResponse(bufio.NewReader(strings.NewReader(back)), nil)
			require.NoError(t, err, back)
			body, _ := io.ReadAll(resp.Body)
			rg.problem(answer{resp.StatusCode, resp.Header, string(body)}, 408)
			assert.Equal(t, "INFO", rg.line(0)["level"])
		})
	}
}

func TestACallerThatLeavesIsNoError(t *testing.T) {
	entered := make(chan struct{})
	rg := start(t, serveUpstream(t, func(_ http.ResponseWriter, r *http.Request) {
		close(entered)
		<-r.Context().Done()
	}))
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", rg.url+"/items/a", nil)
	require.NoError(t, err)
	go func() {
		<-entered
		leave()
	}()
	_, err = http.DefaultTransport.RoundTrip(req)
	require.ErrorIs(t, err, context.Canceled)
	line := rg.line(0)
	assert.EqualValues(t, 499, line["status"])
	assert.Equal(t, "INFO", line["level"])
	assert.NotContains(t, line, "error")
	assert.Equal(t, 1, strings.Count(rg.log.String(), line["request_id"].(string)))
}

func TestWhatIsLeftOfAResponseWhoseCallerLeftIsNoViolation(t *testing.T) {
	entered := make(chan struct{})
	rg := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, "{")
		w.(http.Flusher).Flush()
		close(entered)
		<-r.Context().Done()
	}))
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, "GET", rg.url+"/items/a", nil)
	require.NoError(t, err)
	go func() {
		<-entered
		time.Sleep(50 * time.Millisecond) // the proxy reads the body
		leave()
	}()
	_, err = http.DefaultTransport.RoundTrip(req)
	require.ErrorIs(t, err, context.Canceled)
	line := rg.line(0)
	assert.EqualValues(t, 499, line["status"])
	assert.Equal(t, "INFO", line["level"])
	assert.NotContains(t, line, "violations")
	assert.NotContains(t, send(t, "GET", rg.admin+"/metrics", "").body, "dcs_proxy_violations_total{")
}

func TestACallerThatLeavesAStreamIsNoError(t *testing.T) {
	rg := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		w.(http.Flusher).Flush()
		<-r.Context().Done()
	}))
	resp, err := http.Get(rg.url + "/events")
	require.NoError(t, err)
	resp.Body.Close()
	line := rg.line(0)
	assert.EqualValues(t, 200, line["status"])
	assert.Equal(t, true, line["aborted"])
	assert.Equal(t, "INFO", line["level"])
	assert.NotContains(t, line, "error")
	assert.NotContains(t, rg.log.String(), "panic")
}

func TestAResponseThatBreaksOffIsCutOff(t *testing.T) {
	upstream, _ := rawUpstream(t, "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nContent-Length: 100\r\n\r\nhalf")
	rg := start(t, upstream)
	resp, err := http.Get(rg.url + "/events")
	if err == nil { // the header may have come, the body cannot
		_, err = io.ReadAll(resp.Body)
		resp.Body.Close()
	}
	require.Error(t, err)
	line := rg.line(0)
	assert.Equal(t, true, line["aborted"])
	assert.Equal(t, "ERROR", line["level"])
	assert.Equal(t, "upstream: the response broke off: unexpected EOF", line["error"])
}

func TestAResponseThatBreaksOffIsA502WhereItIsChecked(t *testing.T) {
	upstream, _ := rawUpstream(t, "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
	rg := start(t, upstream)
	assert.Equal(t, 502, rg.send("GET", "/items/a", "").status)
	assert.Equal(t, "ERROR", rg.line(0)["level"])
}

func TestThereIsNoTunnel(t *testing.T) {
	rg := start(t, serveUpstream(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") }), off)
	back := rg.raw("CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: 127.0.0.1:22\r\nConnection: close\r\n\r\n")
	assert.Contains(t, back, "HTTP/1.1 501 ")
}

func TestAResponseMayComeBeforeTheWholeRequest(t *testing.T) {
	c := newCertificate(t, "127.0.0.1")
	rg := start(t, rawEarlyUpstream(t, "HTTP/1.1 418 I'm a teapot\r\nContent-Length: 5\r\n\r\nearly"), observe,
		func(o *proxy.Options) { o.CertFile, o.KeyFile = c.certFile, c.keyFile })
	body, w := io.Pipe()
	defer w.Close()
	req, err := http.NewRequest("POST", rg.url+"/items", body)
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

// rawEarlyUpstream answers when it has the header, and reads no body.
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
