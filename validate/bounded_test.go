package validate_test

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// A route for bodies: it sends a hostile body through an adapter, and returns the
// status; if a client gets an error, that of the refusal.
type hostileRoute struct {
	o    validate.Options
	send func(ctx context.Context, s *hostileShape, v *validate.Validator, body string) int
}

var hostileRoutes = map[string]hostileRoute{
	"a request, enforced":           {validate.Options{Response: validate.Off}, sendRequest},
	"a request, observed":           {validate.Options{Request: validate.Observe, Response: validate.Off}, sendRequest},
	"a handler's response":          {validate.Options{Request: validate.Off}, receiveFromHandler},
	"an upstream's response":        {validate.Options{Request: validate.Off}, receiveFromUpstream},
	"a response that is observed":   {validate.Options{Request: validate.Off, Response: validate.Observe}, receiveFromUpstream},
	"the reference alone":           {validate.Options{Response: validate.Off, Engine: validate.EngineReference}, sendRequest},
	"a client's request, enforced":  {validate.Options{Response: validate.Off}, sendToUpstream},
	"a client's request, observed":  {validate.Options{Request: validate.Observe, Response: validate.Off}, sendToUpstream},
	"a handler's response, watched": {validate.Options{Request: validate.Off, Response: validate.Observe}, receiveFromHandler},
}

func (s *hostileShape) post(ctx context.Context, body string) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://host/x", strings.NewReader(body)).WithContext(ctx)
	r.Header.Set("Content-Type", s.contentType())
	return r
}

func sendRequest(ctx context.Context, s *hostileShape, v *validate.Validator, body string) int {
	w := &counting{header: http.Header{}}
	v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		w.WriteHeader(204)
	})).ServeHTTP(w, s.post(ctx, body))
	return w.status
}

func receiveFromHandler(ctx context.Context, s *hostileShape, v *validate.Validator, body string) int {
	w := &counting{header: http.Header{}}
	v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", s.contentType())
		_, _ = io.WriteString(w, body)
	})).ServeHTTP(w, s.post(ctx, ""))
	return w.status
}

func receiveFromUpstream(ctx context.Context, s *hostileShape, v *validate.Validator, body string) int {
	return roundTrip(v, s.post(ctx, ""), func(*http.Request) *http.Response {
		return &http.Response{
			StatusCode: 200, ContentLength: int64(len(body)), Header: http.Header{"Content-Type": {s.contentType()}},
			Body: io.NopCloser(strings.NewReader(body)),
		}
	})
}

func sendToUpstream(ctx context.Context, s *hostileShape, v *validate.Validator, body string) int {
	return roundTrip(v, s.post(ctx, body), func(r *http.Request) *http.Response {
		_, _ = io.Copy(io.Discard, r.Body)
		r.Body.Close()
		return &http.Response{StatusCode: 204, Body: http.NoBody}
	})
}

func roundTrip(v *validate.Validator, r *http.Request, upstream func(*http.Request) *http.Response) int {
	resp, err := v.Transport(roundTripper(func(r *http.Request) (*http.Response, error) { return upstream(r), nil })).RoundTrip(r)
	if err != nil {
		return validate.AsViolations(err)[0].Status
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	resp.Body.Close()
	return resp.StatusCode
}

func TestHostileShapesThroughEveryAdapter(t *testing.T) {
	for name, s := range hostileShapes() {
		body := s.body(16 << 10)
		for through, w := range hostileRoutes {
			t.Run(name+"/"+through, func(t *testing.T) {
				var found validate.Violations
				w.o.Report = func(_ *http.Request, vs validate.Violations) { found = vs }
				v, err := validate.New([]byte(s.contract()), w.o)
				require.NoError(t, err)
				status := w.send(t.Context(), &s, v, body)
				assert.LessOrEqual(t, len(found), 16)
				assert.Equal(t, s.good, len(found) == 0, "%v", found)
				observed := w.o.Request == validate.Observe || w.o.Response == validate.Observe
				assert.Equal(t, observed || len(found) == 0, status < 300, status)
			})
		}
	}
}

// A body of twice the bytes allocates at most twice as much, and a few tables.
func TestWorkGrowsAsTheBodyDoes(t *testing.T) {
	const size, tables = 256 << 10, 2 << 20
	for name, s := range hostileShapes() {
		t.Run(name, func(t *testing.T) {
			var found validate.Violations
			v, err := validate.New([]byte(s.contract()), validate.Options{
				MaxRequestBody: 16 << 20,
				Report:         func(_ *http.Request, vs validate.Violations) { found = vs },
			})
			require.NoError(t, err)
			var used [2]uint64
			for i := range used {
				body := s.body(size << i)
				found = nil
				began := time.Now()
				used[i] = allocated(func() { sendRequest(t.Context(), &s, v, body) })
				assert.Less(t, time.Since(began), 20*time.Second)
				assert.LessOrEqual(t, len(found), 16)
				assert.Equal(t, s.good, len(found) == 0, "%v", found)
			}
			assert.LessOrEqual(t, used[1], used[0]*23/10+tables, "allocated bytes, after %d", used[0])
		})
	}
}

// A leaving context ends after it was asked a few times.
type leaving struct {
	context.Context
	asked atomic.Int32
}

const maxAsked = 3

func (l *leaving) Err() error {
	if l.asked.Add(1) > maxAsked {
		return context.Canceled
	}
	return nil
}

func TestWorkEndsWhenTheCallerLeaves(t *testing.T) {
	ended := 0
	for name, s := range hostileShapes() {
		if s.media != "" {
			continue // what kin-openapi decodes is small
		}
		t.Run(name, func(t *testing.T) {
			var found validate.Violations
			v, err := validate.New([]byte(s.contract()), validate.Options{
				MaxRequestBody: 16 << 20, Engine: validate.EngineReference, // no compiled check spares the work
				Report: func(_ *http.Request, vs validate.Violations) { found = vs },
			})
			require.NoError(t, err)
			ctx := &leaving{Context: t.Context()}
			status := sendRequest(ctx, &s, v, s.body(2<<20))
			if ctx.asked.Load() <= maxAsked {
				return // it was over before
			}
			ended++
			assert.Equal(t, http.StatusServiceUnavailable, status)
			assert.Empty(t, found, "the caller has left")
			assert.LessOrEqual(t, ctx.asked.Load(), int32(maxAsked+10), "it goes on")
		})
	}
	assert.Greater(t, ended, 20)
}

// 60 KB of undeclared members must not take seconds.
func TestTwentyThousandUndeclaredMembers(t *testing.T) {
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	require.NoError(t, err)
	var b strings.Builder
	b.WriteString(`{"node_id":"n","client_addrs":["1.1.1.1:1"]`)
	for i := range 20_000 {
		fmt.Fprintf(&b, `,"u%05d":1`, i)
	}
	b.WriteByte('}')
	rec := httptest.NewRecorder()
	began := time.Now()
	v.Middleware(http.NotFoundHandler()).ServeHTTP(rec, killRequest(b.String()))
	assert.Less(t, time.Since(began), 5*time.Second)
	assert.Equal(t, 400, rec.Code)
	assert.Equal(t, 16, strings.Count(rec.Body.String(), `"rule":"additionalProperties"`))
}

// An error for each of 12 MB of wrong items would take more than a gigabyte.
func TestMillionsOfWrongItems(t *testing.T) {
	const bound = 64 << 20 // the body, twice while it grows, and little else
	texts := hostileShape{schema: `{type: array, items: {type: string, pattern: '^[0-9]+$'}}`, body: items(`"x"`)}
	numbers := hostileShape{schema: `{type: array, items: {type: string}}`, body: items(`1`)}
	for name, s := range map[string]hostileShape{"texts": texts, "numbers": numbers} {
		body := s.body(12<<20 - 16)
		for through, w := range hostileRoutes {
			if name == "numbers" && through != "a request, enforced" {
				continue // they are more, and take longer
			}
			t.Run(name+"/"+through, func(t *testing.T) {
				var found validate.Violations
				w.o.MaxRequestBody, w.o.MaxResponseBody = 12<<20, 12<<20
				w.o.Report = func(_ *http.Request, vs validate.Violations) { found = vs }
				v, err := validate.New([]byte(s.contract()), w.o)
				require.NoError(t, err)
				assert.Less(t, allocated(func() { w.send(t.Context(), &s, v, body) }), uint64(bound))
				require.Len(t, found, 16)
				assert.Contains(t, []validate.Rule{"pattern", "type"}, found[0].Rule)
			})
		}
	}
}

const parametersContract = `
openapi: 3.0.3
info: {title: parameters, version: "1"}
paths:
  /x/{id}:
    get:
      parameters:
        - {name: id, in: path, required: true, schema: {type: array, items: {type: integer}}}
        - {name: list, in: query, schema: {type: array, items: {type: integer}}}
        - {name: comma, in: query, explode: false, schema: {type: array, items: {type: integer, maximum: 0}}}
        - {name: deep, in: query, style: deepObject, schema: {$ref: "#/components/schemas/Node"}}
        - {name: rows, in: query, style: deepObject, schema: {type: object, properties: {m: {type: array, items: {type: array, items: {type: integer}}}}}}
        - {name: json, in: query, content: {application/json: {schema: {$ref: "#/components/schemas/Node"}}}}
        - {name: texts, in: query, content: {application/json: {schema: {type: array, items: {type: string}}}}}
        - {name: X-List, in: header, schema: {type: array, items: {type: integer, maximum: 0}}}
        - {name: X-Object, in: header, schema: {type: object, additionalProperties: {type: integer}}}
        - {name: session, in: cookie, explode: false, schema: {type: array, items: {type: integer, maximum: 0}}}
      responses: {"204": {description: none}}
components:
  schemas:
    Node: {oneOf: [{type: object, required: [x], properties: {n: {$ref: "#/components/schemas/Node"}}}, {type: object, required: [y], properties: {n: {$ref: "#/components/schemas/Node"}}}, {type: object, properties: {n: {$ref: "#/components/schemas/Node"}, z: {type: integer}}}]}
`

func TestTheWorkOfParametersIsBounded(t *testing.T) {
	const size, tables = 64 << 10, 2 << 20
	repeated := func(before, one string) func(int) string {
		return func(n int) string { return before + strings.Repeat(one, n/len(one)) }
	}
	rows := func(n int) string {
		var b strings.Builder
		for i := range min(n/25, 9000) {
			fmt.Fprintf(&b, "&rows[m][%d][9999]=1", i)
		}
		return b.String()[1:]
	}
	for name, c := range map[string]struct {
		path, query, header, cookie func(int) string
	}{
		"a long path":                    {path: repeated("/x/", "1,")},
		"a path of many segments":        {path: repeated("/x", "/1")},
		"a path of many escapes":         {path: repeated("/x/", "%31")},
		"a path of escaped segments":     {path: repeated("/x", "/%31")},
		"a list item by item":            {query: repeated("list=x", "&list=x")},
		"a list of wrong items":          {query: repeated("comma=1", ",1")},
		"a list of empty items":          {query: repeated("comma=", ",")},
		"a query of many names":          {query: repeated("a", "&a")},
		"a query of escapes":             {query: repeated("comma=", "%31")},
		"an object that is deep":         {query: repeated("deep", "[n]")},
		"a list with holes":              {query: rows},
		"a list of one far index":        {query: func(int) string { return "rows[m][999999999][9999]=1" }},
		"JSON that is deep":              {query: func(int) string { return "json=" + strings.Repeat(`{"n":`, 60) + "1" + strings.Repeat("}", 60) }},
		"JSON that is deeper":            {query: func(n int) string { return "json=" + strings.Repeat(`{"n":`, n/6) + "1" + strings.Repeat("}", n/6) }},
		"JSON of wrong items":            {query: func(n int) string { return "texts=" + items("1")(n) }},
		"a header of wrong items":        {header: repeated("1", ",1")},
		"a cookie of wrong items":        {cookie: repeated("session=1", ",1")},
		"many cookies":                   {cookie: repeated("session=1", ";a=1")},
		"an Accept of many alternatives": {header: repeated("1", ",text/plain;q=0.1")},
	} {
		t.Run(name, func(t *testing.T) {
			var found validate.Violations
			v, err := validate.New([]byte(parametersContract), validate.Options{
				Report: func(_ *http.Request, vs validate.Violations) { found = vs },
			})
			require.NoError(t, err)
			h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
			var used [2]uint64
			for i := range used {
				n := size << i
				r := httptest.NewRequest(http.MethodGet, "http://host/x/1", nil)
				if c.path != nil {
					r = httptest.NewRequest(http.MethodGet, "http://host"+c.path(n), nil)
				}
				if c.query != nil {
					r.URL.RawQuery = c.query(n)
				}
				if c.header != nil {
					for _, name := range []string{"X-List", "X-Object", "Accept", "Content-Type"} {
						r.Header.Set(name, c.header(n))
					}
				}
				if c.cookie != nil {
					r.Header.Set("Cookie", c.cookie(n))
				}
				began := time.Now()
				found = nil
				used[i] = allocated(func() { h.ServeHTTP(&counting{header: http.Header{}}, r) })
				assert.Less(t, time.Since(began), 10*time.Second)
				assert.LessOrEqual(t, len(found), 16)
			}
			assert.LessOrEqual(t, used[1], used[0]*23/10+tables, "allocated bytes, after %d", used[0])
			assert.Less(t, used[1], uint64(64<<20), "allocated bytes")
		})
	}
}
