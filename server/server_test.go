package server_test

import (
	"cmp"
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

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// waiting implements only kills, which wait until release is closed.
type waiting struct {
	strictserver.StrictServerInterface
	entered, release chan struct{}
}

func (o waiting) HangUpClients(context.Context, strictserver.HangUpClientsRequestObject) (strictserver.HangUpClientsResponseObject, error) {
	close(o.entered)
	<-o.release
	return strictserver.HangUpClients204Response{}, nil
}

func TestServeWaitsForRequestsInProgress(t *testing.T) {
	t.Parallel()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	ctx, stop := context.WithCancel(t.Context())
	entered, release := make(chan struct{}), make(chan struct{})
	stopped := make(chan error, 1)
	log := &logBuffer{}
	api, err := server.NewWith(server.Options{Log: slog.New(slog.NewJSONHandler(log, nil))}, waiting{nil, entered, release})
	require.NoError(t, err)
	go func() { stopped <- api.Serve(ctx, ln, server.ServeOptions{}) }()
	answered := make(chan int, 1)
	go func() {
		resp, err := http.DefaultTransport.RoundTrip(killRequest(t, context.Background(), "http://"+ln.Addr().String(), "10.0.0.1:1"))
		if assert.NoError(t, err) {
			resp.Body.Close()
			answered <- resp.StatusCode
		}
	}()
	<-entered
	stop()
	require.Eventually(t, func() bool { // no new connections
		conn, err := net.Dial("tcp", ln.Addr().String())
		if err == nil {
			conn.Close()
		}
		return err != nil
	}, 5*time.Second, time.Millisecond)
	close(release)
	assert.Equal(t, 204, <-answered)
	assert.NoError(t, <-stopped)
	listening := log.lines(t, "listening")
	require.Len(t, listening, 1)
	assert.Equal(t, ln.Addr().String(), listening[0]["addr"])
}

func TestAKillIsFinishedEvenIfItsCallerIsGone(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	first, second := redistest.Dial(t, node.Addr(), "first"), redistest.Dial(t, node.Addr(), "second")
	require.NoError(t, node.Pause())
	status := make(chan int, 1)
	go func() { status <- a.killPeers(first).status }() // waits for the node
	a.awaitIntents(1)
	gone := make(chan struct{}) // closed when the server sees that the caller is gone
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		context.AfterFunc(r.Context(), func() { close(gone) })
		a.ServeHTTP(w, r)
	}))
	defer srv.Close()
	ctx, leave := context.WithCancel(t.Context())
	left := make(chan error, 1)
	go func() {
		_, err := http.DefaultTransport.RoundTrip(killRequest(t, ctx, srv.URL, second.Addr())) // waits for the first kill
		left <- err
	}()
	a.awaitIntents(2)
	leave()
	require.ErrorIs(t, <-left, context.Canceled)
	<-gone
	require.NoError(t, node.Resume())
	assert.Equal(t, 204, <-status)
	assert.True(t, first.Closed())
	assert.True(t, second.Closed())
}

func TestAPanicIsA500InTheAPIsShape(t *testing.T) {
	t.Parallel()
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p", Instances: []fleet.Instance{{
		ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: "127.0.0.1:1"}},
	}}}}})
	require.NoError(t, err)
	defer f.Close()
	log := &logBuffer{}
	h, err := server.New(server.Options{Fleet: f, Log: slog.New(slog.NewJSONHandler(log, nil)), Audit: panicWriter{}})
	require.NoError(t, err)
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, killRequest(t, t.Context(), "", "10.0.0.1:1"))
	assert.Equal(t, 500, rec.Code)
	assert.JSONEq(t, `{"error_code":"DCS.5000","error_msg":"Internal service error."}`, rec.Body.String())
	id := rec.Header().Get("X-Request-Id")
	assert.NotEmpty(t, id)
	panics, requests := log.lines(t, "panic"), log.lines(t, "request")
	require.Len(t, panics, 1)
	assert.Equal(t, id, panics[0]["request_id"])
	assert.Contains(t, panics[0]["stack"], "server.(*operations).HangUpClients")
	require.Len(t, requests, 1)
	assert.EqualValues(t, 500, requests[0]["status"])
}

// A panicWriter panics when a kill is recorded.
type panicWriter struct{}

func (panicWriter) Write([]byte) (int, error) { panic("the audit is broken") }

func TestWithoutCredentialsEverybodyMayCall(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: node.Addr()}}}}}}})
	require.NoError(t, err)
	defer f.Close()
	h, err := server.New(server.Options{Fleet: f, Audit: io.Discard})
	require.NoError(t, err)
	s := redistest.Dial(t, node.Addr(), "s")
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, killRequest(t, t.Context(), "", s.Addr()))
	assert.Equal(t, 204, rec.Code)
	assert.True(t, s.Closed())
}

func TestNewNamesTheInvalidOption(t *testing.T) {
	t.Parallel()
	_, err := server.New(server.Options{})
	assert.EqualError(t, err, "server: Options.Fleet is missing")
	_, err = server.New(server.Options{Fleet: new(fleet.Fleet), Auth: server.Auth{Tokens: []server.Token{{Name: "x", SHA256: "secret", Projects: []string{"*"}}}}})
	assert.EqualError(t, err, "server: Auth: tokens[0].sha256: not the SHA-256 of a token: 64 lower-case hexadecimal digits")
}

func killRequest(t *testing.T, ctx context.Context, url string, addrs ...string) *http.Request {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url+killPath, strings.NewReader(killBody(addrs...)))
	require.NoError(t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Auth-Token", opsToken)
	req.Host = cmp.Or(req.Host, "localhost")
	return req
}
