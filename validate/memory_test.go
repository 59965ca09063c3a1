package validate_test

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

const (
	memoryCap  = 1 << 20
	memorySent = 64 << 20
	// A buffer that grows to the cap costs each of its sizes on the way.
	memoryBound = 8 * memoryCap
)

const memoryContract = `
openapi: 3.0.3
info: {title: echo, version: "1"}
paths:
  /echo:
    post:
      requestBody: {content: {application/json: {schema: {type: object}}, text/plain: {schema: {type: string}}}}
      responses:
        "200": {description: the same, content: {application/json: {schema: {type: object}}, text/event-stream: {schema: {type: string}}}}
`

// A memoryCase sends one body of memorySent bytes.
type memoryCase struct {
	o        validate.Options
	request  func() (body io.Reader, length int64, coding string)
	response func() (body io.Reader, length int64, coding string)
	rule     validate.Rule
}

func hugeOfKnownLength() (io.Reader, int64, string) {
	return io.LimitReader(spaces{}, memorySent), memorySent, ""
}

func hugeOfUnknownLength() (io.Reader, int64, string) {
	return io.LimitReader(spaces{}, memorySent), -1, ""
}

// hugeWithAFalseLength declares what is below the cap.
func hugeWithAFalseLength() (io.Reader, int64, string) {
	return io.LimitReader(spaces{}, memorySent), 10, ""
}

func smallBody() (io.Reader, int64, string) { return bytes.NewReader([]byte(`{}`)), 2, "" }

// bomb is a coded body that is small until it is decoded.
func bomb() (io.Reader, int64, string) {
	coded := theBomb()
	return bytes.NewReader(coded), int64(len(coded)), "gzip"
}

var theBomb = sync.OnceValue(func() []byte {
	var coded bytes.Buffer
	z := gzip.NewWriter(&coded)
	_, _ = io.Copy(z, io.LimitReader(spaces{}, memoryCap)) // to memory: it cannot fail
	_ = z.Close()
	return bytes.Repeat(coded.Bytes(), memorySent/memoryCap) // one after the other they are one
})

// spaces is a body without end.
type spaces struct{}

func (spaces) Read(p []byte) (int, error) {
	for n := copy(p, " "); n < len(p); {
		n += copy(p[n:], p[:n])
	}
	return len(p), nil
}

func memoryCases() map[string]memoryCase {
	observe := validate.Options{Request: validate.Observe, Response: validate.Observe}
	decode := validate.Options{DecodeGzip: true}
	both := validate.Options{Request: validate.Observe, Response: validate.Observe, DecodeGzip: true}
	const large = validate.RuleBodyTooLarge
	theBomb() // made before anything is counted
	return map[string]memoryCase{
		"a request of known length":              {request: hugeOfKnownLength, rule: large},
		"a request of unknown length":            {request: hugeOfUnknownLength, rule: large},
		"a request of a false length":            {request: hugeWithAFalseLength, rule: large},
		"a request that is observed":             {o: observe, request: hugeOfUnknownLength, rule: large},
		"a request that decodes to more":         {o: decode, request: bomb, rule: large},
		"a request that decodes to more, seen":   {o: both, request: bomb, rule: large},
		"a request that is coded, and not known": {request: bomb, rule: validate.RuleContentEncoding},
		"a response of known length":             {response: hugeOfKnownLength, rule: large},
		"a response of unknown length":           {response: hugeOfUnknownLength, rule: large},
		"a response that is observed":            {o: observe, response: hugeOfUnknownLength, rule: large},
		"a response that decodes to more":        {o: decode, response: bomb, rule: large},
		"a response that decodes to more, seen":  {o: both, response: bomb, rule: large},
	}
}

func (c *memoryCase) prepare(t *testing.T) (v *validate.Validator, r *http.Request, found *validate.Violations) {
	if c.request == nil {
		c.request = smallBody
	}
	if c.response == nil {
		c.response = smallBody
	}
	found = &validate.Violations{}
	c.o.MaxRequestBody, c.o.MaxResponseBody = memoryCap, memoryCap
	c.o.Report = func(_ *http.Request, vs validate.Violations) { *found = append(*found, vs...) }
	v, err := validate.New([]byte(memoryContract), c.o)
	require.NoError(t, err)
	body, length, coding := c.request()
	r, err = http.NewRequest(http.MethodPost, "http://host/echo", body)
	require.NoError(t, err)
	r.ContentLength = length
	r.Header = jsonHeader(coding)
	return v, r, found
}

func jsonHeader(coding string) http.Header {
	h := http.Header{"Content-Type": {"application/json"}}
	if coding != "" {
		h.Set("Content-Encoding", coding)
	}
	return h
}

func allocated(f func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	f()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

func TestAMiddlewareNeverHoldsMoreThanAFewCaps(t *testing.T) {
	for name, c := range memoryCases() {
		t.Run(name, func(t *testing.T) {
			v, r, found := c.prepare(t)
			chunk := make([]byte, 32<<10)
			h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, chunk)
				body, _, coding := c.response()
				w.Header()["Content-Type"] = []string{"application/json"}
				if coding != "" {
					w.Header().Set("Content-Encoding", coding)
				}
				_, _ = io.CopyBuffer(struct{ io.Writer }{w}, body, chunk)
			}))
			w := &discard{header: http.Header{}}
			assert.Less(t, allocated(func() { h.ServeHTTP(w, r) }), uint64(memoryBound))
			require.Len(t, *found, 1)
			assert.Equal(t, c.rule, (*found)[0].Rule)
		})
	}
}

func TestATransportNeverHoldsMoreThanAFewCaps(t *testing.T) {
	for name, c := range memoryCases() {
		t.Run(name, func(t *testing.T) {
			v, r, found := c.prepare(t)
			chunk := make([]byte, 32<<10)
			rt := v.Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
				_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, r.Body, chunk)
				body, length, coding := c.response()
				return &http.Response{StatusCode: 200, Header: jsonHeader(coding), ContentLength: length, Body: io.NopCloser(body)}, nil
			}))
			used := allocated(func() {
				resp, err := rt.RoundTrip(r)
				if err == nil {
					_, _ = io.CopyBuffer(struct{ io.Writer }{io.Discard}, resp.Body, chunk)
					resp.Body.Close()
				}
			})
			assert.Less(t, used, uint64(memoryBound))
			require.Len(t, *found, 1)
			assert.Equal(t, c.rule, (*found)[0].Rule)
		})
	}
}

func TestAnEventOfAStreamCostsNoAllocation(t *testing.T) {
	for _, mode := range []validate.Mode{validate.Enforce, validate.Observe} {
		t.Run(mode.String(), func(t *testing.T) {
			v, err := validate.New([]byte(memoryContract), validate.Options{Response: mode, MaxResponseBody: memoryCap})
			require.NoError(t, err)
			event := bytes.Repeat([]byte{'x'}, 4<<10)
			called := false
			h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				called = true
				w.Header().Set("Content-Type", "text/event-stream")
				assert.Zero(t, testing.AllocsPerRun(1000, func() { _, _ = w.Write(event) })) // 4 MB, were they kept
			}))
			w := &discard{header: http.Header{}}
			h.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/echo", nil))
			require.True(t, called)
			assert.Equal(t, 1001*len(event), w.n)
		})
	}
}

func TestAStreamThroughATransportIsTheUpstreamsOwnBody(t *testing.T) {
	for _, mode := range []validate.Mode{validate.Enforce, validate.Observe} {
		v, err := validate.New([]byte(memoryContract), validate.Options{Response: mode})
		require.NoError(t, err)
		body := io.NopCloser(io.LimitReader(spaces{}, memorySent))
		resp, err := v.Transport(roundTripper(func(*http.Request) (*http.Response, error) {
			return &http.Response{StatusCode: 200, Header: http.Header{"Content-Type": {"text/event-stream"}}, ContentLength: -1, Body: body}, nil
		})).RoundTrip(httptest.NewRequest(http.MethodPost, "http://host/echo", nil))
		require.NoError(t, err)
		assert.Equal(t, body, resp.Body, "nothing stands between")
	}
}

// discard is a ResponseWriter that keeps nothing.
type discard struct {
	header http.Header
	n      int
}

func (d *discard) Header() http.Header { return d.header }
func (d *discard) WriteHeader(int)     {}
func (d *discard) Write(p []byte) (int, error) {
	d.n += len(p)
	return len(p), nil
}
