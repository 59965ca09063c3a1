package validate_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// taking is a handler that reports in which of the two ways it was called.
type taking struct {
	serve      http.HandlerFunc
	serveBound func(w http.ResponseWriter, r *http.Request, path interface{ PathValue(string) string }, body any)
}

func (h taking) ServeHTTP(w http.ResponseWriter, r *http.Request) { h.serve(w, r) }
func (h taking) ServeBound(w http.ResponseWriter, r *http.Request, path interface{ PathValue(string) string }, body any) {
	h.serveBound(w, r, path, body)
}

func done(w http.ResponseWriter) {
	w.Header().Set("X-Request-Id", "r")
	w.WriteHeader(204)
}

func TestAHandlerTakesWhatWasBound(t *testing.T) {
	plain := gen.HangUpClientsRequest{NodeID: "n", ClientAddrs: []string{"10.0.0.1:1"}}
	escaped := strings.Replace(killBody, "10.0", `1\u0030.0`, 1) // falls back, and is good
	for name, c := range map[string]struct {
		o     validate.Options
		body  string
		query string
		bound bool
	}{
		"what is accepted at once":            {validate.Options{}, killBody, "", true},
		"a query that has to be decoded":      {validate.Options{}, killBody, "a=%20", true},
		"a body that falls back":              {validate.Options{}, escaped, "", false},
		"what kin-openapi alone is to decide": {validate.Options{Engine: validate.EngineReference}, killBody, "", false},
		"a request that is observed":          {validate.Options{Request: validate.Observe}, killBody, "", false},
		"one that is not checked":             {validate.Options{Request: validate.Off}, killBody, "", false},
		"one that was authenticated": {validate.Options{Authenticate: func(r *http.Request, _ validate.Operation) (context.Context, error) {
			assert.Equal(t, "p", r.PathValue("project_id"))
			got, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			assert.Equal(t, killBody, string(got))
			return context.WithValue(r.Context(), callerKey{}, "ops"), nil
		}}, killBody, "", true},
	} {
		t.Run(name, func(t *testing.T) {
			took := ""
			check := func(r *http.Request) {
				if c.o.Authenticate != nil {
					assert.Equal(t, "ops", r.Context().Value(callerKey{}))
				}
			}
			c.o.BodyTypes = strictserver.RequestBodies()
			v, err := validate.New(dcssessions.Contract(), c.o)
			require.NoError(t, err)
			operations := strictserver.Operations(strict{t: t}, strictserver.StrictHTTPServerOptions{})
			operations["HangUpClients"] = taking{
				func(w http.ResponseWriter, r *http.Request) {
					took = "request"
					check(r)
					got, err := io.ReadAll(r.Body)
					assert.NoError(t, err)
					assert.Equal(t, c.body, string(got))
					assert.Equal(t, "p", r.PathValue("project_id"))
					assert.Equal(t, "i", r.PathValue("instance_id"))
					done(w)
				},
				func(w http.ResponseWriter, r *http.Request, path interface{ PathValue(string) string }, body any) {
					took = "bound"
					check(r)
					assert.Equal(t, "p", path.PathValue("project_id"))
					assert.Equal(t, "i", path.PathValue("instance_id"))
					assert.Empty(t, path.PathValue("other"))
					assert.Equal(t, &plain, body)
					done(w)
				},
			}
			h, err := v.Handler(operations)
			require.NoError(t, err)
			r := killRequest(c.body)
			r.URL.RawQuery = c.query
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			assert.Equal(t, 204, rec.Code, rec.Body)
			assert.Equal(t, map[bool]string{true: "bound", false: "request"}[c.bound], took)
		})
	}
}

func TestWhatIsNotBoundIsARequest(t *testing.T) {
	for name, c := range map[string]struct {
		contract   []byte
		operations map[string]http.Handler
		key        string
		r          *http.Request
	}{
		"a body of no type": {dcssessions.Contract(), strictserver.Operations(strict{t: t}, strictserver.StrictHTTPServerOptions{}), "HangUpClients", killRequest(killBody)},
		"a stream":          {[]byte(uploadContract), map[string]http.Handler{}, "POST /upload", uploadRequest()},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := validate.New(c.contract, validate.Options{Response: validate.Off})
			require.NoError(t, err)
			c.operations[c.key] = taking{serve: func(w http.ResponseWriter, r *http.Request) {
				got, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				assert.NotEmpty(t, got)
				done(w)
			}}
			h, err := v.Handler(c.operations)
			require.NoError(t, err)
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, c.r)
			assert.Equal(t, 204, rec.Code, rec.Body)
		})
	}
}

// A type is made for one media type: of two it is not known which is bound.
func TestABodyOfTwoMediaTypesIsNotBound(t *testing.T) {
	const contract = `
openapi: 3.0.3
info: {title: two, version: "1"}
paths:
  /a:
    post:
      operationId: two
      requestBody:
        content:
          application/json: {schema: {type: object, properties: {a: {type: string}}}}
          application/x+json: {schema: {type: object, properties: {a: {type: string}}}}
      responses: {"204": {description: done}}
`
	v, err := validate.New([]byte(contract), validate.Options{BodyTypes: map[string]func() any{"two": func() any {
		return &struct {
			A string `json:"a"`
		}{}
	}}})
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodPost, "/a", strings.NewReader(`{"a":"x"}`))
	r.Header.Set("Content-Type", "application/json")
	bound, accepted := v.Accepts(r, `{"a":"x"}`)
	assert.True(t, accepted)
	assert.Nil(t, bound)
}

const uploadContract = `
openapi: 3.0.3
info: {title: upload, version: "1"}
paths:
  /upload:
    post:
      requestBody: {content: {application/octet-stream: {schema: {type: string, format: binary}}}}
      responses: {"204": {description: done}}
`

func uploadRequest() *http.Request {
	r := httptest.NewRequest(http.MethodPost, "/upload", strings.NewReader("octets"))
	r.Header.Set("Content-Type", "application/octet-stream")
	return r
}

func TestTheGeneratedServerTakesBothWays(t *testing.T) {
	for _, engine := range engines {
		h := bound(t, validate.Options{Engine: engine})
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, killRequest(killBody))
		assert.Equal(t, 204, rec.Code, rec.Body)
	}
}

func TestAMiddlewarePassesOnWhatWasBound(t *testing.T) {
	for body, want := range map[string]any{
		killBody: &gen.HangUpClientsRequest{NodeID: "n", ClientAddrs: []string{"10.0.0.1:1"}},
		`{"node_id":"n","client_addrs":["1\u0030.0.0.1:1"]}`: nil,
	} {
		o := validate.Options{BodyTypes: strictserver.RequestBodies()}
		rec := serveKill(t, o, killRequest(body), func(w http.ResponseWriter, r *http.Request) {
			var got any
			if b, ok := r.Body.(interface{ Bound() any }); ok {
				got = b.Bound()
			}
			assert.Equal(t, want, got)
			done(w)
		})
		assert.Equal(t, 204, rec.Code, rec.Body)
	}
}

func TestAHandlerRefusesWhatTheContractDoesNotHave(t *testing.T) {
	for _, mode := range []validate.Mode{validate.Enforce, validate.Observe, validate.Off} {
		h := bound(t, validate.Options{Request: mode})
		for path, status := range map[string]int{"/": 404, killPath: 405} {
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, httptest.NewRequest(http.MethodGet, path, nil))
			assert.Equal(t, status, rec.Code)
		}
	}
}

func TestEachOperationHasOneHandler(t *testing.T) {
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	require.NoError(t, err)
	nothing := http.NotFoundHandler()
	operations := strictserver.Operations(strict{t: t}, strictserver.StrictHTTPServerOptions{})
	_, err = v.Handler(operations)
	require.NoError(t, err)
	operations["Other"] = nothing
	_, err = v.Handler(operations)
	assert.EqualError(t, err, `validate: there is a handler for "Other", which the contract does not have`)
	delete(operations, "HangUpClients")
	_, err = v.Handler(operations)
	assert.EqualError(t, err, `validate: there is no handler for "HangUpClients"`)

	v, err = validate.New([]byte(streamContract), validate.Options{})
	require.NoError(t, err)
	_, err = v.Handler(map[string]http.Handler{"GET /events": nothing, "GET /upgrade": nothing, "POST /upload": nothing})
	assert.NoError(t, err)
}

func TestBodiesAreThoseOfTheContract(t *testing.T) {
	for text, bodies := range map[string]map[string]func() any{
		`validate: Options.BodyTypes has "Other", which the contract does not have`:                  {"Other": func() any { return new(int) }},
		`validate: Options.BodyTypes has <nil> for HangUpClients, want a pointer`:                    {"HangUpClients": func() any { return nil }},
		`validate: Options.BodyTypes has gen.HangUpClientsRequest for HangUpClients, want a pointer`: {"HangUpClients": func() any { return gen.HangUpClientsRequest{} }},
	} {
		_, err := validate.New(dcssessions.Contract(), validate.Options{BodyTypes: bodies})
		assert.EqualError(t, err, text)
	}
}
