package validate_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/textproto"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

const (
	killPath = "/v2/p/instances/i/clients/kill"
	killBody = `{"node_id":"n","client_addrs":["10.0.0.1:1"]}`
)

func killRequest(body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, killPath, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	return r
}

func serveKill(t *testing.T, o validate.Options, r *http.Request, h http.HandlerFunc) *httptest.ResponseRecorder {
	t.Helper()
	v, err := validate.New(dcssessions.Contract(), o)
	require.NoError(t, err)
	rec := httptest.NewRecorder()
	v.Middleware(h).ServeHTTP(rec, r)
	return rec
}

// refusals returns a Refuse that keeps what it gets.
func refusals(all *[]validate.Violations) func(http.ResponseWriter, *http.Request, validate.Violations) {
	return func(w http.ResponseWriter, _ *http.Request, vs validate.Violations) {
		*all = append(*all, vs)
		w.WriteHeader(vs[0].Status)
	}
}

func TestAHandlerThatWritesNothingIsA200ThatIsNotDeclared(t *testing.T) {
	var all []validate.Violations
	rec := serveKill(t, validate.Options{Refuse: refusals(&all)}, killRequest(killBody), func(http.ResponseWriter, *http.Request) {})
	assert.Equal(t, 500, rec.Code)
	require.Len(t, all, 1)
	assert.Equal(t, validate.RuleStatus, all[0][0].Rule)
}

func TestAStatusOfZeroIsRefusedWithoutPanic(t *testing.T) {
	rec := serveKill(t, validate.Options{}, killRequest(killBody), func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(0) })
	assert.Equal(t, 500, rec.Code)
}

func TestHeadersSetBeforeTheMiddlewareStayOnEveryAnswer(t *testing.T) {
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	require.NoError(t, err)
	for _, status := range []int{204, 200} { // good, and not declared
		rec := httptest.NewRecorder()
		rec.Header().Set("X-Request-Id", "r1")
		v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			assert.Equal(t, "r1", w.Header().Get("X-Request-Id"))
			w.WriteHeader(status)
		})).ServeHTTP(rec, killRequest(killBody))
		assert.Equal(t, "r1", rec.Header().Get("X-Request-Id"))
	}
}

func TestHeadersSetAfterWriteHeaderDoNotCount(t *testing.T) {
	for name, late := range map[string]func(http.Header){
		"another": func(h http.Header) { h.Set("X-Late", "1") },
		"changed": func(h http.Header) { h.Set("X-Request-Id", "late") },
		"gone":    func(h http.Header) { h.Del("X-Request-Id") },
	} {
		t.Run(name, func(t *testing.T) {
			rec := serveKill(t, validate.Options{}, killRequest(killBody), func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("X-Request-Id", "r")
				w.WriteHeader(204)
				late(w.Header())
				w.WriteHeader(500) // superfluous
			})
			assert.Equal(t, 204, rec.Code)
			assert.Equal(t, http.Header{"X-Request-Id": {"r"}}, rec.Header())
		})
	}
}

func TestHeadersSetAfterTheFirstOfTheBodyDoNotCount(t *testing.T) {
	rec := serveKill(t, validate.Options{}, killRequest(killBody), func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "r")
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(400)
		_, _ = io.WriteString(w, `{"error_code":"c",`)
		w.Header().Set("X-Late", "1")
		_, _ = io.WriteString(w, `"error_msg":"m"}`)
	})
	assert.Equal(t, 400, rec.Code)
	assert.Equal(t, http.Header{"X-Request-Id": {"r"}, "Content-Type": {"application/json"}, "Content-Length": {"34"}}, rec.Header())
}

func TestAPanicLeavesNothingOnTheResponse(t *testing.T) {
	rec := httptest.NewRecorder()
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	require.NoError(t, err)
	h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Leak", "1")
		w.WriteHeader(400)
		panic("boom")
	}))
	assert.PanicsWithValue(t, "boom", func() { h.ServeHTTP(rec, killRequest(killBody)) })
	assert.Empty(t, rec.Header())
	assert.Empty(t, rec.Body.String())
}

func TestAWrongMethodSaysWhatIsAllowed(t *testing.T) {
	rec := serveKill(t, validate.Options{}, httptest.NewRequest(http.MethodDelete, killPath, nil), nil)
	assert.Equal(t, 405, rec.Code)
	assert.Equal(t, "POST", rec.Header().Get("Allow"))
}

func TestTheHandlerGetsDecodedPathValuesAndTheCheckedBody(t *testing.T) {
	r := killRequest(killBody)
	r.URL.Path, r.URL.RawPath = "/v2/p1/instances/i/clients/kill", "/v2/%701/instances/i/clients/kill"
	rec := serveKill(t, validate.Options{}, r, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "p1", r.PathValue("project_id"))
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, killBody, string(body))
		assert.EqualValues(t, len(killBody), r.ContentLength)
		w.Header().Set("X-Request-Id", "r")
		w.WriteHeader(204)
	})
	assert.Equal(t, 204, rec.Code, rec.Body)
}

type callerKey struct{}

func TestAuthenticateIsAskedBeforeAnythingIsChecked(t *testing.T) {
	asked := 0
	o := validate.Options{Authenticate: func(r *http.Request, _ validate.Operation) (context.Context, error) {
		asked++
		assert.Equal(t, "p", r.PathValue("project_id"))
		body, err := io.ReadAll(r.Body) // a signature may cover it
		assert.NoError(t, err)
		assert.NotEmpty(t, body)
		if r.Header.Get("X-Auth-Token") == "" {
			return nil, errors.New("no token")
		}
		return context.WithValue(r.Context(), callerKey{}, "ops"), nil
	}}
	var all []validate.Violations
	o.Refuse = refusals(&all)
	rec := serveKill(t, o, killRequest(`{"bad":1}`), nil)
	assert.Equal(t, 401, rec.Code)
	require.Len(t, all, 1)
	require.Len(t, all[0], 1, "a stranger learns nothing of the body")
	assert.EqualError(t, all[0][0].Err, "no token")

	good := killRequest(killBody)
	good.Header.Set("X-Auth-Token", "t")
	rec = serveKill(t, o, good, func(w http.ResponseWriter, r *http.Request) {
		assert.Equal(t, "ops", r.Context().Value(callerKey{}))
		body, _ := io.ReadAll(r.Body)
		assert.Equal(t, killBody, string(body), "what Authenticate read is there again")
		w.Header().Set("X-Request-Id", "r")
		w.WriteHeader(204)
	})
	assert.Equal(t, 204, rec.Code)
	assert.Equal(t, 2, asked)
}

func TestADefaultRefusalIsAProblemThatQuotesNothing(t *testing.T) {
	rec := serveKill(t, validate.Options{}, killRequest(`{"node_id":"s3cret!","client_addrs":["1.1.1.1:1"]}`), nil)
	assert.Equal(t, 400, rec.Code)
	assert.Equal(t, "application/problem+json", rec.Header().Get("Content-Type"))
	assert.JSONEq(t, `{"title":"Bad Request","status":400,
		"detail":"the request violates the contract: the value does not match the pattern",
		"violations":[{"in":"body","pointer":"/node_id","rule":"pattern","detail":"the value does not match the pattern"}]}`,
		rec.Body.String())
}

func TestABodyThatBreaksOffIsRefused(t *testing.T) {
	var all []validate.Violations
	r := httptest.NewRequest(http.MethodPost, killPath, io.MultiReader(strings.NewReader(`{"node`), brokenReader{}))
	r.Header.Set("Content-Type", "application/json")
	rec := serveKill(t, validate.Options{Refuse: refusals(&all)}, r, nil)
	assert.Equal(t, 400, rec.Code)
	assert.Equal(t, validate.RuleBodyRead, all[0][0].Rule)
	assert.ErrorIs(t, all[0], io.ErrUnexpectedEOF)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

const streamContract = `
openapi: 3.0.3
info: {title: streams, version: "1"}
paths:
  /events:
    get:
      responses:
        "200": {description: events, content: {text/event-stream: {schema: {type: string}}}}
  /upgrade:
    get:
      responses:
        "101": {description: another protocol}
  /upload:
    post:
      requestBody: {content: {application/octet-stream: {schema: {type: string, format: binary}}}}
      responses:
        "204": {description: done}
`

func streamServer(t *testing.T, h http.HandlerFunc) *httptest.Server {
	v, err := validate.New([]byte(streamContract), validate.Options{MaxRequestBody: 16})
	require.NoError(t, err)
	srv := httptest.NewServer(v.Middleware(h))
	t.Cleanup(srv.Close)
	return srv
}

func TestAStreamPassesThroughAsItIsWritten(t *testing.T) {
	proceed := make(chan struct{})
	srv := streamServer(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		rc := http.NewResponseController(w)
		assert.NoError(t, rc.SetWriteDeadline(time.Now().Add(time.Minute)))
		_, _ = io.WriteString(w, "data: 1\n\n")
		assert.NoError(t, rc.Flush())
		<-proceed // the first event is read while the handler runs
		_, _ = io.WriteString(w, "data: 2\n\n")
	})
	resp, err := http.Get(srv.URL + "/events")
	require.NoError(t, err)
	defer resp.Body.Close()
	first := make([]byte, 9)
	_, err = io.ReadFull(resp.Body, first)
	require.NoError(t, err)
	assert.Equal(t, "data: 1\n\n", string(first))
	close(proceed)
	rest, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	assert.Equal(t, "data: 2\n\n", string(rest))
}

func TestAHandlerMayTakeTheConnection(t *testing.T) {
	srv := streamServer(t, func(w http.ResponseWriter, _ *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if assert.NoError(t, err) {
			_, _ = io.WriteString(conn, "HTTP/1.1 101 Switching Protocols\r\nConnection: upgrade\r\nUpgrade: x\r\n\r\nhello")
			conn.Close()
		}
	})
	req, err := http.NewRequest(http.MethodGet, srv.URL+"/upgrade", nil)
	require.NoError(t, err)
	req.Header.Set("Connection", "upgrade")
	req.Header.Set("Upgrade", "x")
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, 101, resp.StatusCode)
	got, _ := io.ReadAll(resp.Body)
	assert.Equal(t, "hello", string(got))
}

func TestAnUploadIsNotReadBeforeTheHandler(t *testing.T) {
	srv := streamServer(t, func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		assert.NoError(t, err)
		assert.EqualValues(t, 1000, n, "the cap is for what is read")
		w.WriteHeader(204)
	})
	resp, err := http.Post(srv.URL+"/upload", "application/octet-stream", bytes.NewReader(make([]byte, 1000)))
	require.NoError(t, err)
	resp.Body.Close()
	assert.Equal(t, 204, resp.StatusCode)
}

func TestInformationalResponsesPassAndLeaveNoTrace(t *testing.T) {
	srv := streamServer(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Link", "</a>")
		w.WriteHeader(http.StatusEarlyHints)
		w.WriteHeader(http.StatusTeapot) // not declared
	})
	var hints []string
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		Got1xxResponse: func(_ int, h textproto.MIMEHeader) error {
			hints = append(hints, h.Get("Link"))
			return nil
		},
	}), http.MethodGet, srv.URL+"/events", nil)
	require.NoError(t, err)
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(t, err)
	defer resp.Body.Close()
	assert.Equal(t, []string{"</a>"}, hints)
	assert.Equal(t, 500, resp.StatusCode)
	assert.Empty(t, resp.Header.Get("Link"))
}

func TestNewRefusesWhatItCannotServe(t *testing.T) {
	for name, c := range map[string]struct {
		contract string
		o        validate.Options
		text     string
	}{
		"no contract":                   {"", validate.Options{}, "validate: "},
		"OpenAPI 3.1":                   {"openapi: 3.1.0\ninfo: {title: a, version: '1'}\npaths: {}", validate.Options{}, `the contract is OpenAPI "3.1.0", want 3.0.x`},
		"a contract that is not valid":  {"openapi: 3.0.3\npaths: {}", validate.Options{}, "the contract is not valid"},
		"a base path without its slash": {string(dcssessions.Contract()), validate.Options{BasePath: "api"}, `BasePath "api" does not start with a slash`},
		"two parameters in a segment":   {"openapi: 3.0.3\ninfo: {title: a, version: '1'}\npaths: {'/{a}-{b}': {get: {parameters: [{name: a, in: path, required: true, schema: {type: string}}, {name: b, in: path, required: true, schema: {type: string}}], responses: {default: {description: d}}}}}", validate.Options{}, "two parameters in one segment"},
		"a negative cap":                {string(dcssessions.Contract()), validate.Options{MaxRequestBody: -1}, "MaxResponseBody is negative"},
	} {
		t.Run(name, func(t *testing.T) {
			v, err := validate.New([]byte(c.contract), c.o)
			require.ErrorContains(t, err, c.text)
			assert.Nil(t, v)
		})
	}
}

func TestRoutedGetsTheOperation(t *testing.T) {
	for name, adapter := range map[string]func(*validate.Validator) http.Handler{
		"middleware": func(v *validate.Validator) http.Handler {
			return v.Middleware(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
		},
		"transport": func(v *validate.Validator) http.Handler {
			return http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				_, _ = v.Transport(roundTripper(func(*http.Request) (*http.Response, error) { return nil, errors.New("no server") })).RoundTrip(r)
			})
		},
	} {
		t.Run(name, func(t *testing.T) {
			var got []validate.Operation
			v, err := validate.New(dcssessions.Contract(), validate.Options{Request: validate.Off, Routed: func(_ *http.Request, op validate.Operation) { got = append(got, op) }})
			require.NoError(t, err)
			for _, r := range []*http.Request{killRequest(""), httptest.NewRequest(http.MethodGet, killPath, nil), httptest.NewRequest(http.MethodPost, "/", nil)} {
				adapter(v).ServeHTTP(httptest.NewRecorder(), r)
			}
			assert.Equal(t, []validate.Operation{{ID: "HangUpClients", Method: "POST", Path: "/v2/{project_id}/instances/{instance_id}/clients/kill"}}, got)
		})
	}
}

func TestTheBasePathStandsBeforeTheContractsPaths(t *testing.T) {
	v, err := validate.New(dcssessions.Contract(), validate.Options{BasePath: "/api/"})
	require.NoError(t, err)
	h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "r")
		w.WriteHeader(204)
	}))
	for path, status := range map[string]int{"/api" + killPath: 204, killPath: 404} {
		r := killRequest(killBody)
		r.URL.Path = path
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, r)
		assert.Equal(t, status, rec.Code, path)
	}
}
