package validate_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

// The corpus is data, one file a contract, and each adapter must give the same
// verdict on every case.
type corpus struct {
	Contract string       `yaml:"contract"` // a file in the corpus's folder
	Cases    []corpusCase `yaml:"cases"`
}

type corpusCase struct {
	Name     string         `yaml:"name"`
	Options  corpusOptions  `yaml:"options"`
	Request  corpusMessage  `yaml:"request"`
	Response *corpusMessage `yaml:"response"` // default: what the file's first case has
	Want     []want         `yaml:"want"`     // empty: all is well
}

type corpusOptions struct {
	Decode   bool   `yaml:"decode"`
	BasePath string `yaml:"base_path"`
}

type corpusMessage struct {
	Method  string            `yaml:"method"`
	Path    string            `yaml:"path"` // with the query, as it is sent
	Status  int               `yaml:"status"`
	Headers map[string]string `yaml:"headers"`
	Body    string            `yaml:"body"`
	Base64  string            `yaml:"base64"` // a body that is not UTF-8
	Repeat  int               `yaml:"repeat"` // Body this many times
	Depth   int               `yaml:"depth"`  // that many arrays in each other, in Body's place of %s
	Many    int               `yaml:"many"`   // that many addresses, in Body's place of %s
	Gzip    bool              `yaml:"gzip"`   // sent as such; the headers say so on their own
}

type want struct {
	In      validate.Location `yaml:"in"`
	Pointer string            `yaml:"pointer"`
	Rule    validate.Rule     `yaml:"rule"`
	Status  int               `yaml:"status"` // in a server
}

// wire returns the body as it is sent.
func (m *corpusMessage) wire(t testing.TB) []byte {
	if !m.Gzip {
		return m.body(t)
	}
	var coded bytes.Buffer
	z := gzip.NewWriter(&coded)
	_, err := z.Write(m.body(t))
	require.NoError(t, err)
	require.NoError(t, z.Close())
	return coded.Bytes()
}

// passed returns the body as it arrives: in Enforce what was checked is passed.
func (m *corpusMessage) passed(t testing.TB, o corpusValidator) string {
	if o.options.Decode && o.request == validate.Enforce {
		return string(m.body(t))
	}
	return string(m.wire(t))
}

func (m *corpusMessage) body(t testing.TB) []byte {
	switch {
	case m.Base64 != "":
		data, err := base64.StdEncoding.DecodeString(m.Base64)
		require.NoError(t, err)
		return data
	case m.Repeat > 0:
		return bytes.Repeat([]byte(m.Body), m.Repeat)
	case m.Depth > 0:
		return fmt.Appendf(nil, m.Body, strings.Repeat("[", m.Depth)+strings.Repeat("]", m.Depth))
	case m.Many > 0:
		addrs := make([]string, m.Many)
		for i := range addrs {
			addrs[i] = fmt.Sprintf(`"10.0.%d.%d:%d"`, i>>8&255, i&255, 1024+i)
		}
		return fmt.Appendf(nil, m.Body, strings.Join(addrs, ","))
	default:
		return []byte(m.Body)
	}
}

func (m *corpusMessage) request(t testing.TB) *http.Request {
	target := m.Path
	if target == "" {
		target = "/"
	}
	r := httptest.NewRequest(m.Method, "http://host/", bytes.NewReader(m.wire(t)))
	if r.ContentLength == 0 {
		r.Body = http.NoBody // as http.NewRequest has it
	}
	u, err := url.ParseRequestURI("http://host" + target) // resolves nothing
	require.NoError(t, err)
	r.URL, r.RequestURI = u, target
	for name, value := range m.Headers {
		r.Header.Set(name, value)
	}
	return r
}

func readCorpora(t testing.TB) map[string]*corpus {
	files, err := filepath.Glob("testdata/*.corpus.yaml")
	require.NoError(t, err)
	require.NotEmpty(t, files)
	corpora := map[string]*corpus{}
	for _, file := range files {
		data, err := os.ReadFile(file)
		require.NoError(t, err)
		var c corpus
		require.NoError(t, yaml.Load(data, &c, yaml.WithKnownFields(true)), file)
		for i := range c.Cases {
			if c.Cases[i].Response == nil {
				c.Cases[i].Response = c.Cases[0].Response
			}
		}
		corpora[strings.TrimSuffix(filepath.Base(file), ".corpus.yaml")] = &c
	}
	return corpora
}

// An adapter passes one case through a Validator, and returns what was found:
// what was refused in Enforce, and what was reported in Observe.
type adapter func(t *testing.T, o corpusValidator, c *corpusCase) validate.Violations

var adapters = map[string]adapter{"middleware": throughMiddleware, "handler": throughHandler, "transport": throughTransport, "proxy": throughProxy}

// engines' verdicts must not differ.
var engines = map[string]validate.Engine{"compiled": validate.EngineCompiled, "reference": validate.EngineReference}

// A corpusValidator says how a contract is compiled.
type corpusValidator struct {
	contract string // the file
	options  corpusOptions
	engine   validate.Engine
	request  validate.Mode
	response validate.Mode
}

// A verdict is what a Validator did with one case. It is in the request's context,
// so that the cases of a contract share one Validator.
type verdict struct {
	found   validate.Violations
	refused bool
}

type verdictKey struct{}

func verdictOf(r *http.Request) *verdict { return r.Context().Value(verdictKey{}).(*verdict) }

var compiled sync.Map // corpusValidator to *validate.Validator: compiling takes most of the time

func (cv corpusValidator) compile(t *testing.T) *validate.Validator {
	if v, ok := compiled.Load(cv); ok {
		return v.(*validate.Validator)
	}
	contract, err := os.ReadFile(filepath.Join("testdata", cv.contract))
	require.NoError(t, err)
	v, err := validate.New(contract, validate.Options{
		MaxRequestBody: 1 << 20, MaxResponseBody: 1 << 20, Request: cv.request, Response: cv.response,
		DecodeGzip: cv.options.Decode, BasePath: cv.options.BasePath, Engine: cv.engine,
		Refuse: func(w http.ResponseWriter, r *http.Request, vs validate.Violations) {
			verdictOf(r).refused = true
			w.WriteHeader(vs[0].Status)
		},
		Report: func(r *http.Request, vs validate.Violations) { verdictOf(r).found = append(verdictOf(r).found, vs...) },
	})
	require.NoError(t, err)
	compiled.Store(cv, v)
	return v
}

func TestCorpusThroughEveryAdapter(t *testing.T) {
	for name, c := range readCorpora(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			require.NotEmpty(t, c.Cases)
			for i := range c.Cases {
				t.Run(c.Cases[i].Name, func(t *testing.T) { checkEverywhere(t, c.Contract, &c.Cases[i]) })
			}
		})
	}
}

func checkEverywhere(t *testing.T, contract string, c *corpusCase) {
	for name, through := range adapters {
		for engineName, engine := range engines {
			for _, mode := range []validate.Mode{validate.Enforce, validate.Observe} {
				t.Run(name+"/"+engineName+"/"+mode.String(), func(t *testing.T) {
					checkCase(t, name, c, through(t, corpusValidator{contract, c.Options, engine, mode, mode}, c))
				})
			}
		}
	}
}

func checkCase(t *testing.T, adapter string, c *corpusCase, vs validate.Violations) {
	got := []want{}
	for _, v := range vs {
		got = append(got, want{v.In, v.Pointer, v.Rule, v.Status})
		assert.NotEmpty(t, v.Message)
		assert.Equal(t, c.Request.Method, v.Method)
	}
	expected := append([]want{}, c.Want...)
	for i := range expected {
		if adapter != "middleware" && adapter != "handler" && expected[i].Status == http.StatusInternalServerError {
			expected[i].Status = http.StatusBadGateway // another's response
		}
	}
	assert.Equal(t, expected, got)
}

// respond writes the case's response.
func (c *corpusCase) respond(t testing.TB, w http.ResponseWriter) {
	for name, value := range c.Response.Headers {
		w.Header().Set(name, value)
	}
	w.Header().Set("X-Mark", "of the handler")
	w.WriteHeader(c.Response.Status)
	if body := c.Response.wire(t); len(body) > 0 {
		_, _ = w.Write(body)
	}
}

// throughMiddleware also asserts what a server's peer sees: what passes is the
// handler's, and of what is refused nothing shows.
func throughMiddleware(t *testing.T, o corpusValidator, c *corpusCase) validate.Violations {
	return serveCase(t, o, c, func(v *validate.Validator, reached *bool) http.Handler {
		return v.Middleware(c.handler(t, o, reached))
	})
}

// throughHandler is throughMiddleware with the contract's own routing, which
// refuses what it does not know in every mode.
func throughHandler(t *testing.T, o corpusValidator, c *corpusCase) validate.Violations {
	if o.request == validate.Observe && len(c.Want) > 0 && (c.Want[0].Rule == validate.RuleRoute || c.Want[0].Rule == validate.RuleMethod) {
		o.request = validate.Enforce
	}
	return serveCase(t, o, c, func(v *validate.Validator, reached *bool) http.Handler {
		operations := map[string]http.Handler{}
		for _, key := range v.Keys() {
			operations[key] = c.handler(t, o, reached)
		}
		h, err := v.Handler(operations)
		require.NoError(t, err)
		return h
	})
}

// handler looks at the request and writes the case's response.
func (c *corpusCase) handler(t *testing.T, o corpusValidator, reached *bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		*reached = true
		got, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, c.Request.passed(t, o), string(got), "the bytes forwarded are the bytes checked")
		c.respond(t, w)
	})
}

func throughProxy(t *testing.T, o corpusValidator, c *corpusCase) validate.Violations {
	return serveCase(t, o, c, func(v *validate.Validator, reached *bool) http.Handler {
		return &httputil.ReverseProxy{
			Rewrite:      func(p *httputil.ProxyRequest) { p.Out.URL.RawQuery = p.In.URL.RawQuery }, // as it was sent
			Transport:    v.Transport(c.upstream(t, o, reached)),
			ErrorHandler: v.ErrorHandler,
		}
	})
}

func serveCase(t *testing.T, o corpusValidator, c *corpusCase, handler func(*validate.Validator, *bool) http.Handler) (found validate.Violations) {
	reached, got := false, new(verdict)
	rec := httptest.NewRecorder()
	r := c.Request.request(t)
	handler(o.compile(t), &reached).ServeHTTP(rec, r.WithContext(context.WithValue(r.Context(), verdictKey{}, got)))
	found = got.found
	assert.Equal(t, o.request == validate.Enforce && len(found) > 0, got.refused)
	if got.refused {
		assert.Equal(t, found[0].Direction == validate.Response, reached, "only a good request goes on")
		assert.Equal(t, found[0].Status, rec.Code)
		assert.Empty(t, rec.Header().Get("X-Mark"))
		assert.Empty(t, rec.Body.String())
		return found
	}
	assert.Equal(t, c.Response.Status, rec.Code)
	assert.NotEmpty(t, rec.Header().Get("X-Mark"))
	if c.Request.Method != http.MethodHead {
		assert.Equal(t, c.Response.passed(t, o), rec.Body.String())
	}
	return found
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// upstream answers with the case's response.
func (c *corpusCase) upstream(t *testing.T, o corpusValidator, reached *bool) http.RoundTripper {
	return roundTripper(func(r *http.Request) (*http.Response, error) {
		*reached = true
		var got []byte
		if r.Body != nil {
			var err error
			got, err = io.ReadAll(r.Body)
			assert.NoError(t, err)
			assert.NoError(t, r.Body.Close())
		}
		assert.Equal(t, c.Request.passed(t, o), string(got), "the bytes forwarded are the bytes checked")
		rec := httptest.NewRecorder()
		c.respond(t, rec)
		resp := rec.Result()
		resp.Request = r
		if c.Request.Method == http.MethodHead {
			resp.Body = http.NoBody // net/http's client gives none
		}
		return resp, nil
	})
}

func throughTransport(t *testing.T, o corpusValidator, c *corpusCase) validate.Violations {
	reached, got := false, new(verdict)
	r := c.Request.request(t)
	r.RequestURI = ""
	r = r.WithContext(context.WithValue(r.Context(), verdictKey{}, got))
	resp, err := o.compile(t).Transport(c.upstream(t, o, &reached)).RoundTrip(r)
	if err == nil {
		body, readErr := io.ReadAll(resp.Body)
		require.NoError(t, readErr)
		require.NoError(t, resp.Body.Close())
		if c.Request.Method != http.MethodHead {
			assert.Equal(t, c.Response.passed(t, o), string(body))
		}
		assert.Same(t, r, resp.Request)
		assert.True(t, o.request == validate.Observe || len(got.found) == 0)
		return got.found
	}
	vs := validate.AsViolations(err)
	require.NotEmpty(t, vs, "%v", err)
	var one *validate.Violation
	require.ErrorAs(t, err, &one)
	assert.Equal(t, vs, got.found, "what is refused is reported")
	assert.Equal(t, vs[0].Direction == validate.Response, reached, "a bad request is not sent")
	return vs
}
