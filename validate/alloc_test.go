package validate_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

var sizes = []int{2, 100, 10_000}

func TestAKillCostsAFewAllocationsOfAnySize(t *testing.T) {
	if raced {
		t.Skip("pools lose items under the race detector")
	}
	v, err := validate.New(dcssessions.Contract(), validate.Options{BodyTypes: strictserver.RequestBodies()})
	require.NoError(t, err)
	for name, c := range map[string]struct {
		handler http.Handler
		most    float64
	}{
		"the contract's routing": {bound(t, validate.Options{}), 10},
		"a middleware":           {v.Middleware(strictserver.Handler(strictserver.NewStrictHandler(strict{t: t}, nil))), 20},
	} {
		t.Run(name, func(t *testing.T) {
			var first float64
			for i, n := range sizes {
				allocs, _ := newRepeatedRequest("POST", killPath, killOf(n)).usage(t, c.handler, 204)
				assert.LessOrEqual(t, allocs, c.most, "%d addresses", n)
				if i == 0 {
					first = allocs
				}
				assert.InDelta(t, first, allocs, 1, "%d addresses", n) // a collection may empty a pool
			}
		})
	}
}

func TestAKillCostsHalfOfWhatDecodingCosts(t *testing.T) {
	if raced {
		t.Skip("pools lose items under the race detector")
	}
	for _, n := range sizes {
		g := newRepeatedRequest("POST", killPath, killOf(n))
		_, base := g.usage(t, bare(), 204)
		_, ours := g.usage(t, bound(t, validate.Options{}), 204)
		assert.LessOrEqual(t, float64(ours)/float64(base), 0.5, "%d addresses: %d bytes, by hand %d", n, ours, base)
	}
}

const listContract = `
openapi: 3.0.3
info: {title: list, version: "1"}
paths:
  /{project}/clients:
    get:
      operationId: list
      parameters: [{name: project, in: path, required: true, schema: {type: string, pattern: '^[a-z]+$'}}]
      responses:
        "200":
          description: all
          headers: {X-Request-Id: {required: true, schema: {type: string}}}
          content:
            application/json:
              schema:
                type: object
                required: [clients]
                properties:
                  clients: {type: array, items: {type: object, required: [addr], properties: {addr: {type: string}, age: {type: integer, format: int32}}}}
        "204": {description: none, headers: {X-Request-Id: {required: true, schema: {type: string}}}}
        "400":
          description: bad
          content: {application/json: {schema: {type: object, required: [error_code], properties: {error_code: {type: string}}}}}
`

// answering is a handler that takes what is bound, or a request.
type answering func(w http.ResponseWriter)

func (a answering) ServeHTTP(w http.ResponseWriter, _ *http.Request) { a(w) }
func (a answering) ServeBound(w http.ResponseWriter, _ *http.Request, _ interface{ PathValue(string) string }, _ any) {
	a(w)
}

// answers of each kind cost the same allocations without and with validation,
// but for those that are named.
func TestAResponseCostsAFewAllocationsMore(t *testing.T) {
	if raced {
		t.Skip("pools lose items under the race detector")
	}
	type client struct {
		Addr string `json:"addr"`
		Age  int32  `json:"age"`
	}
	list := struct {
		Clients []client `json:"clients"`
	}{make([]client, 1000)}
	for name, c := range map[string]struct {
		status int
		body   any
		more   float64
	}{
		"204":  {204, nil, 1},                                                       // the call
		"400":  {400, map[string]string{"error_code": strings.Repeat("x", 100)}, 3}, // and Content-Length with its text
		"list": {200, list, 3},
	} {
		t.Run(name, func(t *testing.T) {
			answer := answering(func(w http.ResponseWriter) {
				w.Header().Set("X-Request-Id", "r")
				if c.body == nil {
					w.WriteHeader(c.status)
					return
				}
				var buf bytes.Buffer
				_ = json.NewEncoder(&buf).Encode(c.body)
				w.Header().Set("Content-Type", "application/json")
				w.WriteHeader(c.status)
				_, _ = buf.WriteTo(w)
			})
			v, err := validate.New([]byte(listContract), validate.Options{})
			require.NoError(t, err)
			h, err := v.Handler(map[string]http.Handler{"list": answer})
			require.NoError(t, err)
			g := newRepeatedRequest("GET", "/p/clients", nil)
			base, _ := g.usage(t, answer, c.status)
			ours, _ := g.usage(t, h, c.status)
			assert.LessOrEqual(t, ours, base+c.more)
		})
	}
}

func TestACallThroughATransportCostsAFewAllocations(t *testing.T) {
	if raced {
		t.Skip("pools lose items under the race detector")
	}
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	require.NoError(t, err)
	resp := &http.Response{}
	none := http.Header{"X-Request-Id": {"r"}}
	rt := v.Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
		*resp = http.Response{StatusCode: 204, Header: none, Body: http.NoBody}
		return resp, nil
	}))
	for _, n := range sizes {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			data := killOf(n)
			r, err := http.NewRequest("POST", "http://host"+killPath, bytes.NewReader(data))
			require.NoError(t, err)
			r.Header.Set("Content-Type", "application/json")
			again := bytes.NewReader(data)
			body := io.NopCloser(again)
			assert.LessOrEqual(t, testing.AllocsPerRun(100, func() {
				again.Reset(data)
				r.Body = body
				_, err = rt.RoundTrip(r)
			}), 3.0) // the request's copy with its body, the text and GetBody
			require.NoError(t, err)
		})
	}
}

// The compiled checks take what is ours in the contract, too.
func TestKillsByIDAndTheirOutcomesNeedNoKin(t *testing.T) {
	v, err := validate.New(dcssessions.Contract(), validate.Options{BodyTypes: strictserver.RequestBodies()})
	require.NoError(t, err)
	r := killRequest("")
	for _, n := range sizes {
		kill := gen.HangUpClientsRequest{NodeID: "n"}
		for i := range n {
			kill.ClientIDs = append(kill.ClientIDs, fmt.Sprint(i+1))
		}
		text, err := json.Marshal(kill)
		require.NoError(t, err)
		bound, ok := v.Accepts(r, string(text))
		assert.True(t, ok)
		assert.Equal(t, &kill, bound)
	}
	outcome := http.Header{"X-Request-Id": {"r"}, "X-Kill-Outcome": {"killed=2, gone=1, replaced=0, gone-at=:IA==:"}}
	assert.True(t, v.AcceptsResponse(r, 204, outcome, ""))
	assert.True(t, v.AcceptsResponse(r, 204, http.Header{"X-Request-Id": {"r"}}, ""), "it may be left out")
	outcome.Set("X-Kill-Outcome", strings.Repeat("x", 10_000))
	assert.False(t, v.AcceptsResponse(r, 204, outcome, ""))
}
