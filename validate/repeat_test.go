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

// raced reports that the race detector runs, with which pools lose items at random.
var raced bool

// A repeatedRequest is sent to a handler again and again without an allocation of its
// own.
type repeatedRequest struct {
	template, r http.Request
	data        []byte
	body        struct {
		bytes.Reader
		io.Closer
	}
	w counting
}

func newRepeatedRequest(method, path string, data []byte) *repeatedRequest {
	rr := &repeatedRequest{data: data, w: counting{header: http.Header{}}}
	rr.template = *(&http.Request{
		Method: method, URL: &url.URL{Path: path}, Host: "host", ContentLength: int64(len(data)),
		Header: http.Header{"Content-Type": {"application/json"}},
	}).WithContext(context.Background())
	return rr
}

func (rr *repeatedRequest) do(h http.Handler) int {
	clear(rr.w.header)
	rr.w.status, rr.w.n = 0, 0
	rr.r = rr.template
	if rr.r.Body = http.NoBody; len(rr.data) > 0 {
		rr.body.Reset(rr.data)
		rr.r.Body = &rr.body
	}
	h.ServeHTTP(&rr.w, &rr.r)
	return rr.w.status
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
func (rr *repeatedRequest) usage(t *testing.T, h http.Handler, want int) (allocs float64, size uint64) {
	t.Helper()
	require.Equal(t, want, rr.do(h))
	allocs = testing.AllocsPerRun(40, func() { rr.do(h) })
	const times = 20
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for range times {
		rr.do(h)
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
