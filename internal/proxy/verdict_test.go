package proxy_test

import (
	"compress/gzip"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
)

func TestABadRequestIsRefusedAndNotForwarded(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		method, path, body string
		status             int
		operation, found   string
	}{
		"a bad body":        {"POST", "/items", badItem, 400, "AddItem", "request body at /name"},
		"an unknown path":   {"GET", "/nope", "", 404, "unknown", "request path: the path is not in the contract (route)"},
		"an unknown method": {"DELETE", "/items", "", 405, "unknown", "request path: the path does not have this method (method)"},
		"too large a body":  {"POST", "/items", `{"name":"` + strings.Repeat("x", 100) + `"}`, 413, "AddItem", "request body: the body is too large (body-too-large)"},
	} {
		t.Run(name, func(t *testing.T) {
			var calls atomic.Int32
			p := start(t, serveUpstream(t, func(http.ResponseWriter, *http.Request) { calls.Add(1) }),
				func(o *proxy.Options) { o.MaxRequestBody = 100 })
			resp := p.send(c.method, c.path, c.body)
			assert.Equal(t, c.status, resp.status)
			assert.Equal(t, "application/problem+json", resp.header.Get("Content-Type"))
			assert.Contains(t, resp.body, fmt.Sprintf(`"status":%d`, c.status))
			line := p.line(0)
			assert.EqualValues(t, c.status, line["status"])
			assert.Equal(t, line["request_id"], resp.header.Get("X-Request-Id"))
			assert.Equal(t, c.operation, line["operation"])
			assert.Equal(t, "INFO", line["level"])
			assert.Contains(t, fmt.Sprint(line["violations"]), c.found)
			assert.Zero(t, calls.Load())
			assert.NotContains(t, p.log.String()+resp.body, "hunter2")
			if c.status == 405 {
				assert.Equal(t, "POST", resp.header.Get("Allow"))
			}
		})
	}
}

func TestABadResponseIsRefusedAndDoesNotLeak(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		path     string
		upstream http.HandlerFunc
		found    string
	}{
		"a bad body":        {"/items/a", respond(200, "application/json", badItem), "response body at /name"},
		"an unknown status": {"/items/a", respond(418, "text/plain", "hunter2"), "response status: the status is not declared (status)"},
		"a media type":      {"/items/a", respond(200, "text/html", "hunter2"), "(content-type)"},
		"a missing header":  {"/receipt", respond(204, "", ""), "response header at /X-Request-Id: a value is required (required)"},
		"too large a body":  {"/items/a", respond(200, "application/json", `{"name":"`+strings.Repeat("hunter2", 30)+`"}`), "(body-too-large)"},
		"a redirect":        {"/items/a", respond(302, "", ""), "(status)"},
	} {
		t.Run(name, func(t *testing.T) {
			p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header().Set("X-Secret", "hunter2")
				w.Header().Set("Set-Cookie", "s=hunter2")
				c.upstream(w, r)
			}), func(o *proxy.Options) { o.MaxResponseBody = 100 })
			resp := p.send("GET", c.path, "")
			assert.Equal(t, 502, resp.status)
			assert.Equal(t, "application/problem+json", resp.header.Get("Content-Type"))
			line := p.line(0)
			assert.Equal(t, line["request_id"], resp.header.Get("X-Request-Id"))
			assert.Equal(t, "ERROR", line["level"])
			assert.Equal(t, "upstream: the response violates the contract", line["error"])
			assert.Contains(t, fmt.Sprint(line["violations"]), c.found)
			assert.NotContains(t, fmt.Sprint(resp.header)+resp.body+p.log.String(), "hunter2")
		})
	}
}

func TestAGoodRequestAndItsResponseAreForwarded(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, respond(200, "application/json", goodItem)))
	resp := p.send("GET", "/items/a", "")
	assert.Equal(t, 200, resp.status)
	assert.Equal(t, goodItem, resp.body)
	line := p.line(0)
	assert.EqualValues(t, 200, line["status"])
	assert.Equal(t, "GET", line["method"])
	assert.Equal(t, "/items/a", line["path"])
	assert.Equal(t, "GetItem", line["operation"])
	assert.Contains(t, line["remote"], "127.0.0.1:")
	assert.Contains(t, line, "duration_ms")
	assert.NotContains(t, line, "violations")
	assert.NotContains(t, line, "error")
}

func TestObserveChangesNoByteAndReports(t *testing.T) {
	t.Parallel()
	response := "HTTP/1.1 200 OK\r\nContent-Length: 29\r\nContent-Type: application/json\r\nDate: Thu, 01 Jan 1970 00:00:00 GMT\r\n" +
		"X-Request-Id: theirs\r\nConnection: close\r\n\r\n" + badItem
	upstream, got := rawUpstream(t, response)
	p := start(t, upstream, observe)
	request := "POST /items HTTP/1.1\r\nHost: h\r\nContent-Length: 29\r\nContent-Type: application/json\r\nX-Request-Id: mine\r\n"
	back := p.raw(request + "Connection: close\r\n\r\n" + badItem)
	assert.Equal(t, response, back)
	head, body, _ := strings.Cut(<-got, "\r\n\r\n")
	assert.Equal(t, badItem, body)
	for line := range strings.Lines(request) {
		assert.Contains(t, head+"\r\n", line)
	}
	line := p.line(0)
	assert.EqualValues(t, 200, line["status"])
	assert.Contains(t, fmt.Sprint(line["violations"]), "request body at /name")
	assert.Contains(t, fmt.Sprint(line["violations"]), "response status: the status is not declared (status)")
	assert.NotContains(t, p.log.String(), "hunter2")
}

func TestOffValidatesNothing(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, respond(418, "text/plain", "x")), off)
	assert.Equal(t, 418, p.send("POST", "/items", badItem).status)
	assert.NotContains(t, p.line(0), "violations")
	assert.Equal(t, "[]\n", send(t, "GET", p.admin+"/drift", "").body)
}

func TestACompressedResponseIsValidatedDecompressed(t *testing.T) {
	t.Parallel()
	var body string
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "gzip", r.Header.Get("Accept-Encoding"))
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		z.Write([]byte(body))
		z.Close()
	}))
	body = goodItem
	resp := p.send("GET", "/items/a", "", "Accept-Encoding", "gzip")
	require.Equal(t, 200, resp.status)
	assert.Equal(t, goodItem, resp.body)
	assert.Empty(t, resp.header.Get("Content-Encoding"))
	body = badItem
	assert.Equal(t, 502, p.send("GET", "/items/a", "", "Accept-Encoding", "gzip").status)
}

func TestTheEmbeddedContractIsTheDefault(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "r")
		w.WriteHeader(204)
	}), func(o *proxy.Options) { o.ContractFile = "" })
	const path = "/v2/p/instances/i/clients/kill"
	assert.Equal(t, 204, p.send("POST", path, `{"node_id":"n","client_addrs":["10.0.0.1:1"]}`).status)
	assert.Equal(t, 400, p.send("POST", path, `{"node_id":"n","client_addrs":[]}`).status)
	assert.Equal(t, "HangUpClients", p.line(1)["operation"])
}
