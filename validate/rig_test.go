package validate_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// raced tells of the race detector, with which pools forget at random.
var raced bool

// A rig calls a handler again and again without an allocation of its own.
type rig struct {
	template, r http.Request
	data        []byte
	body        struct {
		bytes.Reader
		io.Closer
	}
	w counting
}

func newRig(method, path string, data []byte) *rig {
	g := &rig{data: data, w: counting{header: http.Header{}}}
	g.template = *(&http.Request{
		Method: method, URL: &url.URL{Path: path}, Host: "host", ContentLength: int64(len(data)),
		Header: http.Header{"Content-Type": {"application/json"}},
	}).WithContext(context.Background())
	return g
}

func (g *rig) do(h http.Handler) int {
	clear(g.w.header)
	g.w.status, g.w.n = 0, 0
	g.r = g.template
	if g.r.Body = http.NoBody; len(g.data) > 0 {
		g.body.Reset(g.data)
		g.r.Body = &g.body
	}
	h.ServeHTTP(&g.w, &g.r)
	return g.w.status
}

type counting struct {
	header    http.Header
	status, n int
}

func (w *counting) Header() http.Header    { return w.header }
func (w *counting) WriteHeader(status int) { w.status = status }
func (w *counting) Write(p []byte) (int, error) {
	w.n += len(p)
	return len(p), nil
}

// usage returns what one call allocates: how often, and how many bytes.
func (g *rig) usage(t *testing.T, h http.Handler, want int) (allocs float64, size uint64) {
	t.Helper()
	require.Equal(t, want, g.do(h))
	allocs = testing.AllocsPerRun(100, func() { g.do(h) })
	const times = 50
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		g.do(h)
	}
	runtime.ReadMemStats(&after)
	return allocs, (after.TotalAlloc - before.TotalAlloc) / times
}

// strict is the generated server's implementation.
type strict struct {
	strictserver.StrictServerInterface // nil: a kill is all it knows

	t testing.TB
}

func (strict) HangUpClients(_ context.Context, r strictserver.HangUpClientsRequestObject) (strictserver.HangUpClientsResponseObject, error) {
	if r.ProjectID != "p" || r.InstanceID != "i" || r.Body == nil || len(r.Body.ClientAddrs) == 0 {
		return nil, fmt.Errorf("got %+v", r)
	}
	return noContent{}, nil
}

// noContent is a response with status 204.
type noContent struct{}

func (noContent) VisitHangUpClientsResponse(w http.ResponseWriter) error {
	w.Header().Set("X-Request-Id", "r")
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// bare is what one writes by hand, without a contract.
func bare() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/{project_id}/instances/{instance_id}/clients/kill", func(w http.ResponseWriter, r *http.Request) {
		var kill gen.HangUpClientsRequest
		if err := json.NewDecoder(r.Body).Decode(&kill); err != nil || len(kill.ClientAddrs) == 0 {
			w.WriteHeader(400)
			return
		}
		w.Header().Set("X-Request-Id", "r")
		w.WriteHeader(204)
	})
	return mux
}

func killOf(n int) []byte {
	kill := gen.HangUpClientsRequest{NodeID: "8f7ee181-88e2-49b7-a4bf-81f18f93a135"}
	for i := range n {
		kill.ClientAddrs = append(kill.ClientAddrs, fmt.Sprintf("10.63.%d.%d:%d", i>>8&255, i&255, 1024+i))
	}
	data, err := json.Marshal(kill)
	if err != nil { // texts always encode
		panic(err)
	}
	return data
}

// bound is the generated server around which everything is checked.
func bound(t testing.TB, o validate.Options) http.Handler {
	o.BodyTypes = strictserver.RequestBodies()
	v, err := validate.New(dcssessions.Contract(), o)
	require.NoError(t, err)
	h, err := v.Handler(strictserver.Operations(strict{t: t}, strictserver.StrictHTTPServerOptions{}))
	require.NoError(t, err)
	return h
}
