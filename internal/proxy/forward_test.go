package proxy_test

import (
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

func observe(o *proxy.Options) { o.Request, o.Response = validate.Observe, validate.Observe }

func enforce(*proxy.Options) {}

func off(o *proxy.Options) { o.Request, o.Response = validate.Off, validate.Off }

var allModes = map[string]func(*proxy.Options){"enforce": enforce, "observe": observe, "off": off}

const noContent = "HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"

func TestTheRequestLineIsForwardedUnchanged(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		base, target, want string
		mode               func(*proxy.Options)
	}{
		"an escaped slash":                     {"", "/items/a%2Fb", "/items/a%2Fb", nil},
		"in lower case":                        {"", "/items/a%2fb", "/items/a%2fb", nil},
		"a needless escape":                    {"", "/items/%61", "/items/%61", nil},
		"double slashes":                       {"", "//items///x/", "//items///x/", off},
		"dots":                                 {"", "/items/../x/.", "/items/../x/.", off},
		"a query's order and form":             {"", "/items/a?z=1&a=2&a=%41&e&f=", "/items/a?z=1&a=2&a=%41&e&f=", nil},
		"a query that does not decode":         {"", "/items/a?a;b&c=%zz", "/items/a?a;b&c=%zz", off},
		"an empty query":                       {"", "/items/a?", "/items/a?", nil},
		"a base path":                          {"/copyContract/v1", "/items/a", "/copyContract/v1/items/a", nil},
		"a base path with a last slash":        {"/copyContract/", "/items/a", "/copyContract/items/a", nil},
		"a base path before an escaped slash":  {"/copyContract", "/items/a%2Fb?x=%2F", "/copyContract/items/a%2Fb?x=%2F", nil},
		"an escaped base path":                 {"/a%2Fb", "/items/a", "/a%2Fb/items/a", nil},
		"a base path before double slashes":    {"/copyContract", "//x//", "/copyContract//x//", observe},
		"the asterisk, which has no base path": {"/copyContract", "*", "*", off},
	} {
		t.Run(name, func(t *testing.T) {
			upstream, got := rawUpstream(t, noContent)
			p := start(t, upstream+c.base, func(o *proxy.Options) {
				o.Response = validate.Off
				if c.mode != nil {
					c.mode(o)
				}
			})
			method := "GET"
			if c.target == "*" {
				method = "OPTIONS"
			}
			p.raw(method + " " + c.target + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
			require.NotEmpty(t, got, "nothing was forwarded")
			line, _, _ := strings.Cut(<-got, "\r\n")
			assert.Equal(t, method+" "+c.want+" HTTP/1.1", line)
		})
	}
}

func TestHeadersThatMayBeSignedAreForwardedUnchanged(t *testing.T) {
	t.Parallel()
	upstream, got := rawUpstream(t, "HTTP/1.1 201 Created\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
	p := start(t, upstream)
	p.raw("POST /items HTTP/1.1\r\nHost: api.example.com:7\r\nUser-Agent: an-sdk/1.0 (x)\r\nAuthorization: SDK-HMAC-SHA256 Access=a\r\n" +
		"Content-Type: application/json;charset=UTF-8\r\nX-Sdk-Date: 20260101T000000Z\r\nContent-Length: 15\r\nConnection: close\r\n\r\n" + goodItem + "\n")
	head, body, _ := strings.Cut(<-got, "\r\n\r\n")
	lines := strings.Split(head, "\r\n")
	for _, want := range []string{
		"Host: api.example.com:7", "User-Agent: an-sdk/1.0 (x)", "Authorization: SDK-HMAC-SHA256 Access=a",
		"Content-Type: application/json;charset=UTF-8", "X-Sdk-Date: 20260101T000000Z", "Content-Length: 15",
		"X-Forwarded-For: 127.0.0.1", "X-Forwarded-Host: api.example.com:7", "X-Forwarded-Proto: http",
	} {
		assert.Contains(t, lines, want)
	}
	assert.Equal(t, goodItem+"\n", body)
	assert.Len(t, lines, 1+9+1, "the request id is all that is added: %q", lines)
	assert.NotContains(t, head, "Accept-Encoding")
}

func TestACallersForwardedHeadersAreNotBelieved(t *testing.T) {
	t.Parallel()
	upstream, got := rawUpstream(t, noContent)
	p := start(t, upstream, off)
	p.raw("GET / HTTP/1.1\r\nHost: h\r\nX-Forwarded-For: 6.6.6.6\r\nX-Forwarded-Proto: https\r\nForwarded: for=6.6.6.6\r\nConnection: close\r\n\r\n")
	head := <-got
	assert.NotContains(t, head, "6.6.6.6")
	assert.Contains(t, head, "\r\nX-Forwarded-For: 127.0.0.1\r\n")
	assert.Contains(t, head, "\r\nX-Forwarded-Proto: http\r\n")
	assert.NotContains(t, head, "User-Agent", "none was sent")
}

func TestHopByHopHeadersAreNotForwarded(t *testing.T) {
	t.Parallel()
	upstream, got := rawUpstream(t, "HTTP/1.1 204 No Content\r\nConnection: X-Up\r\nX-Up: 1\r\nKeep-Alive: timeout=9\r\n"+
		"Proxy-Authenticate: Basic\r\nX-Stays: 1\r\n\r\n")
	p := start(t, upstream, off)
	back := p.raw("GET / HTTP/1.1\r\nHost: h\r\nConnection: close, X-Down\r\nX-Down: 1\r\nKeep-Alive: 9\r\n" +
		"Proxy-Authorization: Basic eA==\r\nTe: trailers\r\nX-Stays: 1\r\n\r\n")
	sent := <-got
	for _, name := range []string{"X-Down", "Keep-Alive", "Proxy-Authorization", "Connection"} {
		assert.NotContains(t, sent, "\r\n"+name)
	}
	assert.Contains(t, sent, "\r\nX-Stays: 1\r\n")
	assert.Contains(t, sent, "\r\nTe: trailers\r\n")
	for _, name := range []string{"X-Up", "Keep-Alive", "Proxy-Authenticate"} {
		assert.NotContains(t, back, "\r\n"+name)
	}
	assert.Contains(t, back, "\r\nX-Stays: 1\r\n")
}

func TestTrailersAreForwardedInBothDirections(t *testing.T) {
	t.Parallel()
	for name, mode := range allModes {
		t.Run(name, func(t *testing.T) {
			trailer := make(chan http.Header, 1)
			p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				io.Copy(io.Discard, r.Body)
				trailer <- r.Trailer
				w.Header().Set("Trailer", "X-Sum")
				w.WriteHeader(201)
				w.Header().Set("X-Sum", "up")
				w.Header().Set(http.TrailerPrefix+"X-Late", "late")
			}), mode)
			req, err := http.NewRequest("POST", p.url+"/items", io.MultiReader(strings.NewReader(goodItem)))
			require.NoError(t, err)
			req.Header.Set("Content-Type", "application/json")
			req.Trailer = http.Header{"X-Sum": {"down"}}
			resp, err := http.DefaultTransport.RoundTrip(req)
			require.NoError(t, err)
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			assert.Equal(t, 201, resp.StatusCode)
			assert.Equal(t, http.Header{"X-Sum": {"down"}}, <-trailer)
			assert.Equal(t, http.Header{"X-Sum": {"up"}, "X-Late": {"late"}}, resp.Trailer)
		})
	}
}

func TestEachRequestHasARequestID(t *testing.T) {
	t.Parallel()
	own := "^[0-9a-f]{32}$"
	for name, c := range map[string]struct{ sent, set, upstream, back, logged string }{
		"a new id is forwarded and returned": {"", "", own, own, own},
		"the caller's id is kept":            {"my.id-1", "", "^my.id-1$", "^my.id-1$", "^my.id-1$"},
		"the upstream's id is returned":      {"", "theirs", own, "^theirs$", own},
		"an unsafe id is not logged":         {"a b", "", "^a b$", own, own},
		"too long an id is not logged":       {strings.Repeat("x", 65), "", "^x{65}$", own, own},
	} {
		t.Run(name, func(t *testing.T) {
			got := make(chan string, 1)
			p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				got <- r.Header.Get("X-Request-Id")
				if c.set != "" {
					w.Header().Set("X-Request-Id", c.set)
				}
				w.WriteHeader(204)
			}))
			var header []string
			if c.sent != "" {
				header = []string{"X-Request-Id", c.sent}
			}
			resp := p.send("GET", "/nameless", "", header...)
			require.Equal(t, 204, resp.status)
			line := p.line(0)
			assert.Regexp(t, c.upstream, <-got)
			require.Len(t, resp.header["X-Request-Id"], 1)
			assert.Regexp(t, c.back, resp.header.Get("X-Request-Id"))
			assert.Regexp(t, c.logged, line["request_id"])
			if c.set != "" {
				assert.Equal(t, c.set, line["upstream_request_id"])
			}
		})
	}
}
