package bench

import (
	"bytes"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"testing"

	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// proxies forward to an upstream that answers a kill with 204.
var proxies = []struct {
	name    string
	refuses bool
	before  func(testing.TB, *url.URL) http.Handler
}{
	{"bare", false, func(_ testing.TB, upstream *url.URL) http.Handler { return reverse(upstream) }},
	{"validated", true, func(t testing.TB, upstream *url.URL) http.Handler {
		v, err := validate.New(dcssessions.Contract(), validate.Options{BasePath: "/"})
		require.NoError(t, err)
		p := reverse(upstream)
		p.Transport, p.ErrorHandler = v.Transport(p.Transport), v.ErrorHandler
		return p
	}},
	{"ours", true, func(t testing.TB, upstream *url.URL) http.Handler {
		p, err := proxy.New(proxy.Options{Upstream: upstream, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		return p
	}},
}

func reverse(upstream *url.URL) *httputil.ReverseProxy {
	connections := http.DefaultTransport.(*http.Transport).Clone()
	connections.MaxIdleConnsPerHost = 100
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(upstream)
			r.Out.Host = r.In.Host
		},
		Transport: connections,
	}
}

// through starts upstream and proxy, and returns a function that sends one kill.
func through(t testing.TB, before func(testing.TB, *url.URL) http.Handler) func(body []byte) (status int, err error) {
	up := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		w.Header().Set("X-Request-Id", requestID)
		w.WriteHeader(http.StatusNoContent)
	}))
	t.Cleanup(up.Close)
	upstream, err := proxy.ParseUpstream(up.URL)
	require.NoError(t, err)
	p := httptest.NewServer(before(t, upstream))
	t.Cleanup(p.Close)
	transport := http.DefaultTransport.(*http.Transport).Clone()
	transport.MaxIdleConnsPerHost = 100
	t.Cleanup(transport.CloseIdleConnections)
	client := http.Client{Transport: transport}
	return func(body []byte) (int, error) {
		resp, err := client.Post(p.URL+killPath, "application/json", bytes.NewReader(body))
		if err != nil {
			return 0, err
		}
		defer resp.Body.Close()
		_, err = io.Copy(io.Discard, resp.Body)
		return resp.StatusCode, err
	}
}

func TestProxies(t *testing.T) {
	for _, p := range proxies {
		t.Run(p.name, func(t *testing.T) {
			send := through(t, p.before)
			status, err := send(killBody(2))
			require.NoError(t, err)
			require.Equal(t, http.StatusNoContent, status)
			status, err = send([]byte(`{"node_id":"n","client_addrs":["10.0.0.1"]}`))
			require.NoError(t, err)
			require.Equal(t, p.refuses, status == http.StatusBadRequest)
		})
	}
}

// BenchmarkProxy sends kills through a proxy over loopback, as many at a time as there are
// processors.
func BenchmarkProxy(b *testing.B) {
	for _, p := range proxies {
		for _, n := range []int{2, 100} {
			b.Run(fmt.Sprintf("%s/n=%d", p.name, n), func(b *testing.B) {
				send := through(b, p.before)
				body := killBody(n)
				b.ReportAllocs()
				b.ResetTimer()
				b.RunParallel(func(pb *testing.PB) {
					for pb.Next() {
						if status, err := send(body); err != nil || status != http.StatusNoContent {
							b.Error(status, err)
							return
						}
					}
				})
			})
		}
	}
}
