package proxy_test

import (
	"bufio"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
	"github.com/dcs-sessions/dcs-sessions/internal/realclient"
)

func TestABodyOverTheLimitGetsA413WithEveryClient(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, func(http.ResponseWriter, *http.Request) { t.Error("the upstream received a request") }),
		func(o *proxy.Options) { o.MaxRequestBody = 1 << 20 })
	for name, post := range realclient.All(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			statuses, err := post(p.url+"/items", 8<<20, 6)
			require.NoError(t, err)
			assert.Equal(t, slices.Repeat([]int{413}, 6), statuses)
		})
	}
}

func TestABodyOverTheLimitGetsA413OverTLS(t *testing.T) {
	t.Parallel()
	c := newCertificate(t, "127.0.0.1")
	p := start(t, serveUpstream(t, respond(201, "", "")), func(o *proxy.Options) {
		o.MaxRequestBody, o.CertFile, o.KeyFile = 1<<20, c.certFile, c.keyFile
	})
	for range 20 {
		conn, err := tls.Dial("tcp", p.addr, &tls.Config{RootCAs: c.pool})
		require.NoError(t, err)
		fmt.Fprintf(conn, "POST /items HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n", 20<<20)
		_, err = conn.Write(make([]byte, 20<<20))
		require.NoError(t, err)
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		require.NoError(t, err)
		assert.Equal(t, 413, resp.StatusCode)
		conn.Close()
	}
}

func TestAnErrorThatNoHandlerWritesIsAProblem(t *testing.T) {
	t.Parallel()
	c := newCertificate(t, "127.0.0.1")
	p := start(t, serveUpstream(t, respond(201, "", "")))
	secure := start(t, serveUpstream(t, respond(201, "", "")), func(o *proxy.Options) { o.CertFile, o.KeyFile = c.certFile, c.keyFile })
	plain := func() (net.Conn, error) { return net.Dial("tcp", p.addr) }
	withTLS := func() (net.Conn, error) { return tls.Dial("tcp", secure.addr, &tls.Config{RootCAs: c.pool}) }
	plainToTLS := func() (net.Conn, error) { return net.Dial("tcp", secure.addr) }
	for name, c := range map[string]struct {
		dial    func() (net.Conn, error)
		request string
		status  int
	}{
		"no Host":                     {plain, "GET / HTTP/1.1\r\n\r\n", 400},
		"no Host, over TLS":           {withTLS, "GET / HTTP/1.1\r\n\r\n", 400},
		"too large a header":          {plain, "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 1<<20), 431},
		"too large a header, TLS":     {withTLS, "GET / HTTP/1.1\r\nX: " + strings.Repeat("x", 1<<20), 431},
		"an unknown expectation":      {plain, "GET / HTTP/1.1\r\nHost: h\r\nExpect: x\r\n\r\n", 417},
		"an unknown coding":           {withTLS, "GET / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: x\r\n\r\n", 501},
		"HTTP/2 with prior knowledge": {plain, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
		"plain HTTP on a TLS port":    {plainToTLS, "GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
	} {
		t.Run(name, func(t *testing.T) {
			conn, err := c.dial()
			require.NoError(t, err)
			defer conn.Close()
			_, err = io.WriteString(conn, c.request)
			require.NoError(t, err)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			require.NoError(t, err)
			assert.Equal(t, c.status, resp.StatusCode)
			assert.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"))
			assert.NotEmpty(t, resp.Header.Get("X-Request-Id"))
			var problem struct {
				Title, Detail string
				Status        int
			}
			require.NoError(t, json.NewDecoder(resp.Body).Decode(&problem))
			assert.Equal(t, c.status, problem.Status)
			assert.Equal(t, http.StatusText(c.status), problem.Title)
			assert.NotEmpty(t, problem.Detail)
		})
	}
}

func TestARequestWithTwoLengthsIsForwardedWithOneAndClosesTheConnection(t *testing.T) {
	t.Parallel()
	upstream, got := rawUpstream(t, noContent)
	p := start(t, upstream, off)
	back := p.raw("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: h\r\n\r\n")
	assert.Equal(t, 1, strings.Count(back, "HTTP/1.1 "), back)
	assert.Contains(t, back, "\r\nConnection: close\r\n")
	sent := <-got
	assert.NotContains(t, sent, "Content-Length: 4")
	assert.Empty(t, got)
}

func TestAnH2CUpgradeIsNotForwarded(t *testing.T) {
	t.Parallel()
	for name, mode := range allModes {
		t.Run(name, func(t *testing.T) {
			upstream, got := rawUpstream(t, noContent)
			p := start(t, upstream, mode)
			back := p.raw("GET /nameless HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings, close\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n\r\n")
			assert.Contains(t, back, "HTTP/1.1 204 ")
			sent := strings.ToLower(<-got)
			for _, word := range []string{"h2c", "upgrade", "http2-settings"} {
				assert.NotContains(t, sent, word)
			}
		})
	}
}

func TestATrustedProxyGivesTheLogAndTheUpstreamTheCallersAddress(t *testing.T) {
	t.Parallel()
	c := newCertificate(t, "127.0.0.1")
	for name, config := range map[string]*tls.Config{
		"plain": nil, "TLS": {RootCAs: c.pool, ServerName: "127.0.0.1"}, "HTTP/2": {RootCAs: c.pool, ServerName: "127.0.0.1", NextProtos: []string{"h2"}},
	} {
		for _, trusts := range []bool{true, false} {
			t.Run(fmt.Sprint(name, trusts), func(t *testing.T) {
				forwarded := make(chan string, 1)
				p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
					forwarded <- strings.Join(r.Header.Values("X-Forwarded-For"), "|")
					w.WriteHeader(204)
				}), func(o *proxy.Options) {
					if trusts {
						o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}
					}
					if config != nil {
						o.CertFile, o.KeyFile = c.certFile, c.keyFile
					}
				})
				client := &http.Client{Transport: &http.Transport{TLSClientConfig: config, ForceAttemptHTTP2: name == "HTTP/2", DisableKeepAlives: true}}
				r, err := http.NewRequest("GET", p.url+"/nameless", nil)
				require.NoError(t, err)
				r.Header.Set("X-Forwarded-For", "198.51.100.1, 203.0.113.7")
				resp, err := client.Do(r)
				require.NoError(t, err)
				resp.Body.Close()
				require.Equal(t, 204, resp.StatusCode)
				if trusts {
					assert.Equal(t, "203.0.113.7", <-forwarded)
					assert.Equal(t, "203.0.113.7:0", p.line(0)["remote"])
				} else {
					assert.Equal(t, "127.0.0.1", <-forwarded)
					assert.Contains(t, p.line(0)["remote"], "127.0.0.1:")
				}
			})
		}
	}
}

func TestAPROXYHeaderIsReadBeforeTheTLSHandshake(t *testing.T) {
	t.Parallel()
	c := newCertificate(t, "127.0.0.1")
	p := start(t, serveUpstream(t, respond(204, "", "")), off, func(o *proxy.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}
		o.CertFile, o.KeyFile = c.certFile, c.keyFile
	})
	for i, protocol := range []string{"http/1.1", "h2"} {
		transport := &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: c.pool, NextProtos: []string{protocol}}, ForceAttemptHTTP2: protocol == "h2", DisableKeepAlives: true,
			DialContext: func(_ context.Context, network, addr string) (net.Conn, error) {
				conn, err := net.Dial(network, addr)
				if err == nil {
					_, err = io.WriteString(conn, "PROXY TCP4 203.0.113.7 192.0.2.1 4711 443\r\n")
				}
				return conn, err
			},
		}
		resp, err := (&http.Client{Transport: transport}).Get(p.url + "/x")
		require.NoError(t, err)
		resp.Body.Close()
		assert.Equal(t, "203.0.113.7:4711", p.line(i)["remote"], protocol)
	}
}

func TestTheSizeOfAnUpstreamsHeaderIsLimited(t *testing.T) {
	t.Parallel()
	upstream, _ := rawUpstream(t, "HTTP/1.1 204 No Content\r\nX: "+strings.Repeat("x", 1<<20)+"\r\n\r\n")
	p := start(t, upstream, off)
	p.problem(p.send("GET", "/x", ""), 502)
}

func TestAnUpstreamThatStallsGivesA504(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		io.WriteString(w, `{"name":`)
		w.(http.Flusher).Flush()
		<-release
	}), func(o *proxy.Options) { o.UpstreamTimeout = 200 * time.Millisecond })
	defer close(release)
	p.problem(p.send("GET", "/items/a", ""), 504)
	assert.Equal(t, "upstream: the response stalled before its end", p.line(0)["error"])
}

func TestTheLengthOfALogLineIsBounded(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, respond(204, "", "")))
	p.send("GET", "/"+strings.Repeat("x", 60<<10)+"?token=hunter2", "")
	line, err := json.Marshal(p.line(0))
	require.NoError(t, err)
	assert.Less(t, len(line), 4<<10)
	assert.NotContains(t, p.log.String(), "hunter2")
}

func TestTheProxyStopsInTimeEvenIfEverythingHangs(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	begun := make(chan struct{}, 2)
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/events" {
			w.Header().Set("Content-Type", "text/event-stream")
			w.(http.Flusher).Flush()
		}
		begun <- struct{}{}
		<-release
	}), func(o *proxy.Options) { o.MaxRequestBody = 1 << 20 })
	defer close(release)
	get := "GET %s HTTP/1.1\r\nHost: h\r\n\r\n"
	for name, request := range map[string]string{
		"no byte":           "",
		"half a header":     "GET / HTTP/1.1\r\nHo",
		"an upstream hangs": fmt.Sprintf(get, "/items/a"),
		"a stream":          fmt.Sprintf(get, "/events"),
		"a slow body":       "POST /items HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 14\r\n\r\n{",
		"a body too large":  fmt.Sprintf("POST /items HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n{", 20<<20),
	} {
		conn, err := net.Dial("tcp", p.addr)
		require.NoError(t, err)
		defer conn.Close()
		_, err = io.WriteString(conn, request)
		require.NoError(t, err, name)
	}
	<-begun
	<-begun
	began := time.Now()
	p.stop()
	select {
	case err := <-p.ended:
		assert.ErrorContains(t, err, "requests in progress were aborted")
	case <-time.After(30 * time.Second):
		t.Error("the proxy did not stop")
	}
	assert.Less(t, time.Since(began), 10*time.Second)
	p.ended <- nil // the cleanup of start reads it
}

func TestABodyBeyondTheBudgetGetsA503(t *testing.T) {
	t.Parallel()
	const callers = 8
	release := make(chan struct{})
	resume := sync.OnceFunc(func() { close(release) })
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		<-release
		respond(201, "", "")(w, r)
	}), func(o *proxy.Options) { o.MaxRequestBody, o.MaxResponseBody, o.BodyBudget = 500<<10, 500<<10, 1<<20 })
	defer resume()
	large := goodItem + strings.Repeat(" ", 400<<10)
	all := make(chan response, callers)
	for range callers {
		go func() { all <- p.send("POST", "/items", large) }()
	}
	for range callers - 2 { // the budget is enough for two
		select {
		case refused := <-all:
			assert.Equal(t, 503, refused.status)
			assert.NotEmpty(t, refused.header.Get("Retry-After"))
			assert.Equal(t, "application/problem+json", refused.header.Get("Content-Type"))
		case <-time.After(20 * time.Second):
			t.Fatal("no request was refused")
		}
	}
	assert.Equal(t, "the body budget is used up", p.line(0)["error"])
	resume()
	<-all
	<-all
	assert.Equal(t, 201, p.send("POST", "/items", large).status, "the budget is free again")
}
