package validate_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	jsonv2 "github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// A fuzzTarget is one contract of the corpus.
type fuzzTarget struct {
	request, response         *validate.Validator // in Enforce, each of one direction alone
	kinRequest, kinResponse   *validate.Validator // the same where kin-openapi decides everything
	seeRequest, seeResponse   *validate.Validator // the same in Observe
	requestsBad, responsesBad int                 // what those two reported
	bound                     int                 // bodies that were bound
}

func newFuzzTarget(t testing.TB, contract []byte, bodies map[string]func() any) *fuzzTarget {
	target := &fuzzTarget{}
	count := func(n *int) func(*http.Request, validate.Violations) {
		return func(*http.Request, validate.Violations) { *n++ }
	}
	for _, one := range []struct {
		v **validate.Validator
		o validate.Options
	}{
		{&target.request, validate.Options{DecodeGzip: true, Response: validate.Off, BodyTypes: bodies}},
		{&target.kinRequest, validate.Options{DecodeGzip: true, Response: validate.Off, Engine: validate.EngineReference}},
		{&target.kinResponse, validate.Options{DecodeGzip: true, Request: validate.Off, Engine: validate.EngineReference}},
		{&target.response, validate.Options{DecodeGzip: true, Request: validate.Off}},
		{&target.seeRequest, validate.Options{DecodeGzip: true, Request: validate.Observe, Response: validate.Off, Report: count(&target.requestsBad)}},
		{&target.seeResponse, validate.Options{DecodeGzip: true, Request: validate.Off, Response: validate.Observe, Report: count(&target.responsesBad)}},
	} {
		v, err := validate.New(contract, one.o)
		require.NoError(t, err)
		*one.v = v
	}
	return target
}

func fuzzTargets(t testing.TB) (targets []*fuzzTarget, corpora []*corpus) {
	all := readCorpora(t)
	for _, name := range slices.Sorted(maps.Keys(all)) {
		contract, err := os.ReadFile(filepath.Join("testdata", all[name].Contract))
		require.NoError(t, err)
		var bodies map[string]func() any
		if name == "kill" {
			bodies = strictserver.RequestBodies()
		}
		targets, corpora = append(targets, newFuzzTarget(t, contract, bodies)), append(corpora, all[name])
	}
	return targets, corpora
}

// eachSeed gives every case of the corpus whose message is not huge.
func eachSeed(t testing.TB, corpora []*corpus, seed func(which uint8, c *corpusCase)) {
	for i, c := range corpora {
		for j := range c.Cases {
			if one := &c.Cases[j]; one.Request.Repeat+one.Response.Repeat+one.Request.Many+one.Response.Many == 0 {
				seed(uint8(i), one)
			}
		}
	}
}

// headerText writes a header as lines, and readHeader reads what a fuzzer made
// of them.
func headerText(h map[string]string) string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(h)) {
		fmt.Fprintf(&b, "%s:%s\n", name, h[name])
	}
	return b.String()
}

func readHeader(text string) http.Header {
	h := http.Header{}
	for line := range strings.Lines(text) {
		if name, value, ok := strings.Cut(strings.TrimSuffix(line, "\n"), ":"); ok && name != "" {
			h.Add(name, strings.TrimSpace(value))
		}
	}
	return h
}

func fuzzedRequest(method, target string, h http.Header, body []byte) *http.Request {
	u, err := url.ParseRequestURI("http://host" + target)
	if err != nil {
		return nil
	}
	r, err := http.NewRequest(method, "http://host/", io.NopCloser(bytes.NewReader(body)))
	if err != nil {
		return nil
	}
	r.URL, r.RequestURI, r.Header, r.ContentLength = u, target, h, int64(len(body))
	return r
}

// served passes a request through a Validator's Middleware and returns what was
// answered, and the request as the handler saw it with its body, or nil.
func served(v *validate.Validator, r *http.Request, handler http.HandlerFunc) (rec *httptest.ResponseRecorder, seen *http.Request, body []byte) {
	rec = httptest.NewRecorder()
	v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		seen = r
		body, _ = io.ReadAll(r.Body)
		handler(w, r)
	})).ServeHTTP(rec, r)
	return rec, seen, body
}

// checkRequest reports whether the request was accepted. What is accepted must be
// so by kin-openapi too, mean the same to two parsers, and be nothing to report
// in Observe.
func (f *fuzzTarget) checkRequest(t testing.TB, r *http.Request, sent []byte) bool {
	silent := func(http.ResponseWriter, *http.Request) {}
	if bound, accepted := f.request.Accepts(r, string(sent)); accepted && bound != nil {
		f.bound++
		other := reflect.New(reflect.TypeOf(bound).Elem()).Interface()
		require.NoError(t, json.Unmarshal(sent, other))
		assert.Equal(t, other, bound)
	}
	alike := r.Clone(t.Context())
	alike.Body = io.NopCloser(bytes.NewReader(sent))
	kinRec, kinSeen, _ := served(f.kinRequest, alike, silent)
	rec, seen, body := served(f.request, r.Clone(t.Context()), silent)
	assert.Equal(t, kinSeen == nil, seen == nil, "the authorities differ")
	if seen == nil {
		assert.Equal(t, kinRec.Body.String(), rec.Body.String(), "the authorities differ")
	}
	f.requestsBad = 0
	again := r.Clone(t.Context())
	again.Body = io.NopCloser(bytes.NewReader(sent))
	served(f.seeRequest, again, silent)
	assert.Equal(t, seen == nil, f.requestsBad > 0, "the modes differ")
	if seen == nil {
		return false
	}
	route, values := f.request.RouteOf(r)
	require.NotNil(t, route)
	input := &openapi3filter.RequestValidationInput{Request: seen.Clone(t.Context()), PathParams: values, Route: route, Options: &openapi3filter.Options{
		MultiError: true, SkipSettingDefaults: true, RejectWhenRequestBodyNotSpecified: true,
		AuthenticationFunc: openapi3filter.NoopAuthenticationFunc,
	}}
	input.Request.Body = io.NopCloser(bytes.NewReader(body))
	contentType := seen.Header.Get("Content-Type")
	if declared := route.Operation.RequestBody; declared != nil && len(body) > 0 {
		input.Options.ExcludeRequestBody = passesUnread(declared.Value.Content, contentType)
		sameToEveryParser(t, contentType, body)
	}
	assert.NoError(t, openapi3filter.ValidateRequest(t.Context(), input))
	return true
}

// checkResponse is checkRequest for the response to r.
func (f *fuzzTarget) checkResponse(t testing.TB, r *http.Request, status int, h http.Header, body []byte) bool {
	route, values := f.response.RouteOf(r)
	if route == nil {
		return false
	}
	respond := func(w http.ResponseWriter, _ *http.Request) {
		maps.Copy(w.Header(), h.Clone())
		w.WriteHeader(status)
		if len(body) > 0 {
			_, _ = w.Write(body)
		}
	}
	rec, _, _ := served(f.response, r.Clone(t.Context()), respond)
	kinRec, _, _ := served(f.kinResponse, r.Clone(t.Context()), respond)
	assert.Equal(t, kinRec.Code, rec.Code, "the authorities differ")
	assert.Equal(t, kinRec.Body.String(), rec.Body.String(), "the authorities differ")
	refused := rec.Header().Get("Content-Type") == "application/problem+json" && rec.Code == http.StatusInternalServerError && strings.Contains(rec.Body.String(), `"violations"`)
	if status >= 100 && status <= 999 { // net/http panics at any other
		f.responsesBad = 0
		served(f.seeResponse, r.Clone(t.Context()), respond)
		assert.Equal(t, refused, f.responsesBad > 0, "the modes differ")
	}
	if refused {
		return false
	}
	got := rec.Result()
	contentType, plain := got.Header.Get("Content-Type"), rec.Body.Bytes()
	options := &openapi3filter.Options{MultiError: true, IncludeResponseStatus: true}
	options.ExcludeResponseBody = r.Method == http.MethodHead || rec.Code == http.StatusNoContent || rec.Code == http.StatusSwitchingProtocols
	if declared := declaredFor(route, rec.Code); declared != nil && !options.ExcludeResponseBody && len(declared.Content) > 0 {
		options.ExcludeResponseBody = passesUnread(declared.Content, contentType)
		sameToEveryParser(t, contentType, plain)
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: r, PathParams: values, Route: route},
		Status:                 rec.Code, Header: got.Header, Options: options,
	}
	input.SetBodyBytes(plain)
	assert.NoError(t, openapi3filter.ValidateResponse(t.Context(), input))
	return true
}

func declaredFor(route *routers.Route, status int) *openapi3.Response {
	ref := route.Operation.Responses.Status(status)
	if ref == nil {
		ref = route.Operation.Responses.Default()
	}
	if ref == nil {
		return nil
	}
	return ref.Value
}

// passesUnread reports whether a body is passed on unread: its media type is declared
// by its name, or for files, and cannot be decoded.
func passesUnread(content openapi3.Content, contentType string) bool {
	base, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	base = strings.TrimSpace(base)
	if strings.HasSuffix(base, "+json") {
		return false
	}
	if base != "application/octet-stream" && openapi3filter.RegisteredBodyDecoder(base) != nil {
		return false
	}
	media := content.Get(contentType)
	return content[base] != nil || media != nil && (media.Schema == nil || media.Schema.Value.Format == "binary")
}

// sameToEveryParser compares what two parsers make of a body, if it is JSON.
func sameToEveryParser(t testing.TB, contentType string, body []byte) {
	base, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	base = strings.TrimSpace(base)
	if base != "application/json" && !strings.HasSuffix(base, "+json") {
		return
	}
	var one, other any
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber()
	require.NoError(t, d.Decode(&one), "%q", body)
	numbers := jsonv2.WithUnmarshalers(jsonv2.UnmarshalFromFunc(func(d *jsontext.Decoder, to *any) error {
		if d.PeekKind() != '0' {
			return errors.ErrUnsupported
		}
		text, err := d.ReadValue()
		*to = json.Number(text)
		return err
	}))
	require.NoError(t, jsonv2.Unmarshal(body, &other, numbers), "%q", body)
	assert.Equal(t, one, other, "%q", body)
}

func FuzzRequest(f *testing.F) {
	targets, corpora := fuzzTargets(f)
	eachSeed(f, corpora, func(which uint8, c *corpusCase) {
		f.Add(which, c.Request.Method, c.Request.Path, headerText(c.Request.Headers), c.Request.wire(f))
	})
	f.Fuzz(func(t *testing.T, which uint8, method, target, header string, body []byte) {
		if r := fuzzedRequest(method, target, readHeader(header), body); r != nil {
			targets[int(which)%len(targets)].checkRequest(t, r, body)
		}
	})
}

func FuzzResponse(f *testing.F) {
	targets, corpora := fuzzTargets(f)
	eachSeed(f, corpora, func(which uint8, c *corpusCase) {
		f.Add(which, c.Request.Method, c.Request.Path, c.Response.Status, headerText(c.Response.Headers), c.Response.wire(f))
	})
	f.Fuzz(func(t *testing.T, which uint8, method, target string, status int, header string, body []byte) {
		r := fuzzedRequest(method, target, http.Header{}, nil)
		if r == nil || status >= 100 && status < 200 { // what follows them is another response
			return
		}
		targets[int(which)%len(targets)].checkResponse(t, r, status, readHeader(header), body)
	})
}

// Were all refused, or all accepted, the fuzzing would say nothing.
func TestTheFuzzersSeedsAreAcceptedAndRefused(t *testing.T) {
	targets, corpora := fuzzTargets(t)
	count := map[string]int{}
	note := func(accepted bool, what string) {
		if accepted {
			count[what]++
		}
	}
	eachSeed(t, corpora, func(which uint8, c *corpusCase) {
		r := fuzzedRequest(c.Request.Method, c.Request.Path, readHeader(headerText(c.Request.Headers)), c.Request.wire(t))
		_, accepted := targets[which].request.Accepts(r, string(c.Request.wire(t)))
		note(accepted, "request at once")
		note(targets[which].response.AcceptsResponse(r, c.Response.Status, readHeader(headerText(c.Response.Headers)), string(c.Response.wire(t))), "response at once")
		count[fmt.Sprintf("request %t", targets[which].checkRequest(t, r, c.Request.wire(t)))]++
		r = fuzzedRequest(c.Request.Method, c.Request.Path, http.Header{}, nil)
		count[fmt.Sprintf("response %t", targets[which].checkResponse(t, r, c.Response.Status, readHeader(headerText(c.Response.Headers)), c.Response.wire(t)))]++
	})
	for _, target := range targets {
		count["bound"] += target.bound
	}
	t.Log(count)
	assert.Greater(t, count["bound"], 5)
	for _, kind := range []string{"request true", "request false", "response true", "response false", "request at once", "response at once"} {
		assert.Greater(t, count[kind], 50, kind)
	}
}
