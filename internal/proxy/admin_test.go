package proxy_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/logtest"
	"github.com/dcs-sessions/dcs-sessions/internal/proxy"
)

func TestModesCanBeChangedAtRunTime(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			respond(201, "", "")(w, r)
			return
		}
		respond(200, "application/json", badItem)(w, r)
	}))
	statuses := func() [2]int {
		return [2]int{p.send("POST", "/items", badItem).status, p.send("GET", "/items/a", "").status}
	}
	for _, step := range []struct {
		name, body string
		want       [2]int
	}{
		{"observe", `{"request":"observe","response":"observe"}`, [2]int{201, 200}},
		{"enforce", `{"request":"enforce","response":"enforce"}`, [2]int{400, 502}},
		{"an operation with a mode of its own", `{"request":"enforce","response":"enforce","operations":{"GetItem":{"response":"off"}}}`, [2]int{400, 200}},
		{"another mode for it, and for all others", `{"request":"observe","response":"observe","operations":{"GetItem":{"response":"enforce"}}}`, [2]int{201, 502}},
		{"no operation with a mode of its own", `{"request":"observe","response":"observe"}`, [2]int{201, 200}},
		{"off", `{"request":"off","response":"off"}`, [2]int{201, 200}},
		{"a mode of its own in one direction", `{"request":"off","response":"enforce","operations":{"AddItem":{"request":"enforce"}}}`, [2]int{400, 502}},
	} {
		put := send(t, "PUT", p.admin+"/modes", step.body)
		require.Equal(t, 200, put.status, put.body)
		assert.JSONEq(t, step.body, put.body, step.name)
		assert.JSONEq(t, step.body, send(t, "GET", p.admin+"/modes", "").body, step.name)
		assert.Equal(t, step.want, statuses(), step.name)
	}
	assert.Len(t, p.log.Records(t, "modes set"), 7)
}

func TestInvalidModesChangeNothing(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, respond(200, "application/json", goodItem)))
	const before = `{"request":"enforce","response":"observe","operations":{"AddItem":{"request":"off"}}}`
	require.Equal(t, 200, send(t, "PUT", p.admin+"/modes", before).status)
	for name, c := range map[string]struct{ body, detail string }{
		"no JSON":                {`nope`, "the body must look like"},
		"an empty body":          {``, "the body must look like"},
		"an unknown mode":        {`{"request":"strict","response":"off"}`, `request is "strict", not enforce, observe or off`},
		"of one operation":       {`{"request":"off","response":"off","operations":{"AddItem":{"response":"on"}}}`, `operations.AddItem.response is "on"`},
		"a direction is missing": {`{"request":"off"}`, "request and response must be given"},
		"an unknown operation":   {`{"request":"off","response":"off","operations":{"AddItem":{"request":"enforce"},"Nope":{"request":"off"}}}`, `the contract has no operation "Nope"`},
		"an empty operationId":   {`{"request":"off","response":"off","operations":{"":{"request":"off"}}}`, "empty name"},
		"an unknown name":        {`{"request":"off","response":"off","reqest":"off"}`, `unknown field "reqest"`},
		"two values":             {`{"request":"off","response":"off"} {}`, "there is data after the JSON value"},
	} {
		t.Run(name, func(t *testing.T) {
			put := send(t, "PUT", p.admin+"/modes", c.body)
			assert.Equal(t, 400, put.status)
			var problem struct{ Detail string }
			require.NoError(t, json.Unmarshal([]byte(put.body), &problem), put.body)
			assert.Contains(t, problem.Detail, c.detail)
			assert.JSONEq(t, before, send(t, "GET", p.admin+"/modes", "").body)
			assert.Equal(t, 404, p.send("GET", "/nope", "").status, "the mode is still enforce")
			assert.Equal(t, 200, p.send("POST", "/items", badItem).status, "and off for this operation")
		})
	}
}

func TestTheProxyIsReadyIfItsUpstreamIs(t *testing.T) {
	t.Parallel()
	ln := listen(t)
	p := start(t, "http://"+ln.Addr().String())
	assert.Equal(t, 200, send(t, "GET", p.admin+"/readyz", "").status)
	ln.Close()
	assert.Equal(t, 503, send(t, "GET", p.admin+"/readyz", "").status)
	assert.Equal(t, 200, send(t, "GET", p.admin+"/healthz", "").status)
	up := newCertificate(t, "127.0.0.1")
	p = start(t, up.serveTLS(respond(204, "", "")), func(o *proxy.Options) { o.UpstreamCAs = up.pool })
	assert.Equal(t, 200, send(t, "GET", p.admin+"/readyz", "").status)
}

func TestDriftReportsTheViolationsWithTheirCounts(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, respond(200, "application/json", badItem)), observe)
	p.send("GET", "/items/a", "")
	p.send("GET", "/items/b", "")
	p.send("GET", "/nope", "")
	assert.JSONEq(t, `[
		{"operation":"GetItem","method":"GET","path":"/items/{id}","direction":"response","in":"body","pointer":"/name","rule":"type","count":2},
		{"operation":"GetItem","method":"GET","path":"/items/{id}","direction":"response","in":"body","pointer":"/secret","rule":"additionalProperties","count":2},
		{"direction":"request","in":"path","rule":"route","count":1}
	]`, send(t, "GET", p.admin+"/drift", "").body)
}

func TestTheLabelsOfTheMetricsComeFromTheContract(t *testing.T) {
	t.Parallel()
	release, entered := make(chan struct{}), make(chan struct{})
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/items/slow":
			close(entered)
			<-release
		case "/items/bad":
			respond(200, "application/json", badItem)(w, r)
			return
		case "/nameless":
			w.WriteHeader(204)
			return
		}
		respond(200, "application/json", goodItem)(w, r)
	}))
	p.send("GET", "/items/a", "")
	p.send("GET", "/items/b", "")
	p.send("GET", "/items/bad", "")
	p.send("POST", "/items", badItem)
	p.send("GET", "/nameless", "")
	for _, path := range []string{"/x", "/y", "/z"} {
		p.send("GET", path, "")
	}
	require.Equal(t, 200, send(t, "PUT", p.admin+"/modes", `{"request":"enforce","response":"observe"}`).status)
	p.send("GET", "/items/bad", "")
	p.line(8)
	go send(t, "GET", p.url+"/items/slow", "")
	<-entered
	text := send(t, "GET", p.admin+"/metrics", "").body
	close(release)
	for _, want := range []string{
		`dcs_proxy_requests_total{operation="GetItem",status="200"} 3`,
		`dcs_proxy_requests_total{operation="GetItem",status="502"} 1`,
		`dcs_proxy_requests_total{operation="AddItem",status="400"} 1`,
		`dcs_proxy_requests_total{operation="unknown",status="204"} 1`,
		`dcs_proxy_requests_total{operation="unknown",status="404"} 3`,
		`dcs_proxy_request_duration_seconds_count{operation="GetItem"} 4`,
		`dcs_proxy_violations_total{direction="request",operation="AddItem",rule="type"} 1`,
		`dcs_proxy_violations_total{direction="response",operation="GetItem",rule="type"} 2`,
		`dcs_proxy_violations_total{direction="request",operation="unknown",rule="route"} 3`,
		`dcs_proxy_verdicts_total{direction="request",operation="GetItem",verdict="passed"} 4`,
		`dcs_proxy_verdicts_total{direction="response",operation="GetItem",verdict="passed"} 2`,
		`dcs_proxy_verdicts_total{direction="response",operation="GetItem",verdict="refused"} 1`,
		`dcs_proxy_verdicts_total{direction="response",operation="GetItem",verdict="observed"} 1`,
		`dcs_proxy_verdicts_total{direction="request",operation="AddItem",verdict="refused"} 1`,
		`dcs_proxy_requests_in_flight 1`,
	} {
		assert.Contains(t, text, "\n"+want+"\n")
	}
	assert.NotContains(t, text, `verdicts_total{direction="response",operation="AddItem"`, "no such request was forwarded")
	assert.Contains(t, text, "\ngo_goroutines ")
	assert.Contains(t, text, "\nprocess_cpu_seconds_total ")
	assert.Equal(t, 2, strings.Count(text, "dcs_proxy_requests_total{operation=\"unknown\""), "one series for each status, whatever the path")
}

func TestRequestsInProgressFinishBeforeTheProxyStops(t *testing.T) {
	t.Parallel()
	entered, release := make(chan struct{}), make(chan struct{})
	p := start(t, serveUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		close(entered)
		<-release
		respond(200, "application/json", goodItem)(w, r)
	}))
	answered := make(chan response, 1)
	go func() { answered <- p.send("GET", "/items/a", "") }()
	<-entered
	require.Equal(t, 200, send(t, "GET", p.admin+"/readyz", "").status)
	p.stop()
	p.message("stopping", 0)
	assert.Equal(t, 503, send(t, "GET", p.admin+"/readyz", "").status)
	assert.Equal(t, 200, send(t, "GET", p.admin+"/healthz", "").status)
	close(release)
	assert.Equal(t, goodItem, (<-answered).body)
	err := <-p.ended
	assert.NoError(t, err)
	p.ended <- err // the cleanup of start reads it
	_, err = http.Get(p.admin + "/healthz")
	assert.Error(t, err, "the admin address is closed too")
}

func TestTheProxyStopsIfItsAdminListenerFails(t *testing.T) {
	t.Parallel()
	u, err := proxy.ParseUpstream("http://127.0.0.1:1")
	require.NoError(t, err)
	p, err := proxy.New(proxy.Options{Upstream: u, Log: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	ln, admin := listen(t), listen(t)
	admin.Close()
	assert.ErrorContains(t, p.Serve(context.Background(), ln, admin), "closed")
}

func TestAnAdminAddressOnLoopbackRefusesForeignPages(t *testing.T) {
	t.Parallel()
	p := start(t, serveUpstream(t, respond(204, "", "")))
	modes := `{"request":"off","response":"off"}`
	for name, c := range map[string]struct {
		host   string
		header []string
		status int
	}{
		"the address itself":      {"", nil, 200},
		"localhost":               {"localhost:9090", nil, 200},
		"a name that was rebound": {"evil.example:9090", nil, 403},
		"a page on loopback":      {"", []string{"Origin", "http://localhost:3000"}, 200},
		"a page from elsewhere":   {"", []string{"Origin", "https://evil.example"}, 403},
		"a sandboxed page":        {"", []string{"Origin", "null"}, 403},
		"a cross-site request":    {"", []string{"Sec-Fetch-Site", "cross-site"}, 403},
	} {
		for _, request := range []struct{ method, path, body string }{{"PUT", "/modes", modes}, {"GET", "/drift", ""}} {
			t.Run(name+" "+request.method, func(t *testing.T) {
				r, err := http.NewRequest(request.method, p.admin+request.path, strings.NewReader(request.body))
				require.NoError(t, err)
				if c.host != "" {
					r.Host = c.host
				}
				for i := 0; i < len(c.header); i += 2 {
					r.Header.Set(c.header[i], c.header[i+1])
				}
				resp, err := http.DefaultTransport.RoundTrip(r)
				require.NoError(t, err)
				defer resp.Body.Close()
				assert.Equal(t, c.status, resp.StatusCode)
				if c.status != 200 {
					assert.Equal(t, "application/problem+json", resp.Header.Get("Content-Type"))
				}
			})
		}
	}
}

func TestAnAdminAddressThatOthersReachRequiresAToken(t *testing.T) {
	t.Parallel()
	upstream, err := proxy.ParseUpstream("http://127.0.0.1:1")
	require.NoError(t, err)
	for _, addr := range []string{"0.0.0.0:0", "[::]:0", ":0"} {
		p, err := proxy.New(proxy.Options{Upstream: upstream, Log: slog.New(slog.DiscardHandler)})
		require.NoError(t, err)
		admin, err := net.Listen("tcp", addr)
		require.NoError(t, err)
		ln := listen(t)
		assert.ErrorIs(t, p.Serve(t.Context(), ln, admin), proxy.ErrNoAdminToken, addr)
		for _, closed := range []net.Listener{ln, admin} {
			_, err := closed.Accept()
			assert.ErrorIs(t, err, net.ErrClosed)
		}
	}
}

func TestChangesRequireTheAdminToken(t *testing.T) {
	t.Parallel()
	admin, err := net.Listen("tcp", "0.0.0.0:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(admin.Addr().String())
	require.NoError(t, err)
	upstream, err := proxy.ParseUpstream("http://127.0.0.1:1")
	require.NoError(t, err)
	var log logtest.Buffer
	p, err := proxy.New(proxy.Options{Upstream: upstream, AdminToken: "correct horse", Log: slog.New(slog.NewJSONHandler(&log, nil))})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- p.Serve(ctx, listen(t), admin) }()
	url := "http://127.0.0.1:" + port
	modes := `{"request":"off","response":"off"}`
	for authorization, status := range map[string]int{
		"": 401, "Bearer": 401, "Bearer ": 401, "Bearer wrong": 401, "Basic correct horse": 401, "correct horse": 401,
		"Bearer correct horse": 200, "bearer correct horse": 200,
	} {
		got := send(t, "PUT", url+"/modes", modes, "Authorization", authorization)
		assert.Equal(t, status, got.status, authorization)
		if status == 401 {
			assert.Equal(t, "Bearer", got.header.Get("WWW-Authenticate"))
			assert.Equal(t, "application/problem+json", got.header.Get("Content-Type"))
		}
	}
	for _, path := range []string{"/healthz", "/metrics", "/drift", "/modes"} {
		assert.Equal(t, 200, send(t, "GET", url+path, "").status, path)
	}
	stop()
	require.NoError(t, <-ended)
	assert.NotContains(t, log.String(), "correct horse")
}
