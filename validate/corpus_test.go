package validate_test

import (
	"bytes"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
	"go.yaml.in/yaml/v4"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

// The corpus is data, one file a contract, and each adapter must give the same
// verdict on every case.
type corpus struct {
	Contract string       `yaml:"contract"` // a file beside the corpus
	Cases    []corpusCase `yaml:"cases"`
}

type corpusCase struct {
	Name     string         `yaml:"name"`
	Request  corpusMessage  `yaml:"request"`
	Response *corpusMessage `yaml:"response"` // default: what the file's first case has
	Want     []want         `yaml:"want"`     // empty: all is well
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
}

type want struct {
	In      validate.Where `yaml:"in"`
	Pointer string         `yaml:"pointer"`
	Rule    string         `yaml:"rule"`
	Status  int            `yaml:"status"` // in a server
}

func (m *corpusMessage) body(t *testing.T) []byte {
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

func (m *corpusMessage) request(t *testing.T) *http.Request {
	target := m.Path
	if target == "" {
		target = "/"
	}
	r := httptest.NewRequest(m.Method, "http://host/", bytes.NewReader(m.body(t)))
	u, err := url.ParseRequestURI("http://host" + target) // resolves nothing
	require.NoError(t, err)
	r.URL, r.RequestURI = u, target
	for name, value := range m.Headers {
		r.Header.Set(name, value)
	}
	return r
}

func readCorpora(t *testing.T) map[string]*corpus {
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

func TestCorpusThroughEveryAdapter(t *testing.T) {
	cases := 0
	for name, c := range readCorpora(t) {
		contract, err := os.ReadFile(filepath.Join("testdata", c.Contract))
		require.NoError(t, err)
		for i := range c.Cases {
			one := &c.Cases[i]
			cases++
			t.Run(name+"/"+one.Name, func(t *testing.T) {
				t.Run("middleware", func(t *testing.T) { checkCase(t, one, throughMiddleware(t, contract, one)) })
				t.Run("transport", func(t *testing.T) { checkCase(t, one, throughTransport(t, contract, one)) })
			})
		}
	}
	assert.GreaterOrEqual(t, cases, 70, "the corpus has shrunk")
}

func checkCase(t *testing.T, c *corpusCase, vs validate.Violations) {
	got := []want{}
	for _, v := range vs {
		got = append(got, want{v.Where, v.Pointer, v.Rule, v.Status})
		assert.NotEmpty(t, v.Message)
		assert.Equal(t, c.Request.Method, v.Method)
	}
	expected := append([]want{}, c.Want...)
	assert.Equal(t, expected, got)
}

// corpusOptions makes the caps small enough to be met by a case.
var corpusOptions = validate.Options{MaxRequestBody: 1 << 20, MaxResponseBody: 1 << 20}

// throughMiddleware also asserts what a server's peer sees: on success the
// response as it was written, else nothing of it.
func throughMiddleware(t *testing.T, contract []byte, c *corpusCase) (found validate.Violations) {
	o := corpusOptions
	o.Refuse = func(w http.ResponseWriter, _ *http.Request, vs validate.Violations) {
		found = vs
		w.WriteHeader(vs[0].Status)
	}
	v, err := validate.New(contract, o)
	require.NoError(t, err)
	reached := false
	sent := c.Request.body(t)
	h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		reached = true
		got, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, string(sent), string(got), "the bytes forwarded are the bytes checked")
		for name, value := range c.Response.Headers {
			w.Header().Set(name, value)
		}
		w.Header().Set("X-Leak", "of the handler")
		w.WriteHeader(c.Response.Status)
		if body := c.Response.body(t); len(body) > 0 {
			_, _ = w.Write(body)
		}
	}))
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, c.Request.request(t))
	if len(found) == 0 {
		assert.Equal(t, c.Response.Status, rec.Code)
		if c.Request.Method != http.MethodHead {
			assert.Equal(t, string(c.Response.body(t)), rec.Body.String())
		}
		return nil
	}
	assert.Equal(t, found[0].Direction == validate.Response, reached, "only a good request reaches the handler")
	assert.Equal(t, found[0].Status, rec.Code)
	assert.Empty(t, rec.Header().Get("X-Leak"))
	assert.Empty(t, rec.Body.String())
	return found
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

func throughTransport(t *testing.T, contract []byte, c *corpusCase) validate.Violations {
	v, err := validate.New(contract, corpusOptions)
	require.NoError(t, err)
	sent := c.Request.body(t)
	reached := false
	transport := v.Transport(roundTripper(func(r *http.Request) (*http.Response, error) {
		reached = true
		got, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, string(sent), string(got))
		resp := &http.Response{StatusCode: c.Response.Status, Header: http.Header{}, ContentLength: -1}
		for name, value := range c.Response.Headers {
			resp.Header.Set(name, value)
		}
		body := c.Response.body(t)
		if c.Request.Method == http.MethodHead {
			body = nil // net/http's client gives none
		}
		resp.Body = io.NopCloser(bytes.NewReader(body))
		return resp, nil
	}))
	r := c.Request.request(t)
	r.RequestURI = ""
	resp, err := transport.RoundTrip(r)
	if err == nil {
		got, readErr := io.ReadAll(resp.Body)
		require.NoError(t, readErr)
		if c.Request.Method != http.MethodHead {
			assert.Equal(t, string(c.Response.body(t)), string(got))
		}
		return nil
	}
	vs := validate.AsViolations(err)
	require.NotEmpty(t, vs, "%v", err)
	var one *validate.Violation
	require.True(t, errors.As(err, &one))
	assert.Equal(t, vs[0].Direction == validate.Response, reached, "a bad request is not sent")
	return vs
}
