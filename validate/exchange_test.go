package validate_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// What is checked, and changed for the handler, stays as it is for the caller.

func TestTheCallersRequestStaysAsItIs(t *testing.T) {
	var coded bytes.Buffer
	z := gzip.NewWriter(&coded)
	_, err := io.WriteString(z, killBody)
	require.NoError(t, err)
	require.NoError(t, z.Close())
	for name, c := range map[string]struct {
		body, coding, value string
	}{
		"as it is": {killBody, "", ""}, "coded": {coded.String(), "gzip", ""},
		"with path values":        {killBody, "", "the caller"}, // copies of r share their map
		"coded, with path values": {coded.String(), "gzip", "the caller"},
	} {
		t.Run(name, func(t *testing.T) {
			r := killRequest(c.body)
			if c.coding != "" {
				r.Header.Set("Content-Encoding", c.coding)
			}
			if c.value != "" {
				r.SetPathValue("of", c.value)
			}
			header, body, length := r.Header.Clone(), r.Body, r.ContentLength
			rec := serveKill(t, validate.Options{DecodeGzip: true}, r, func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "p", r.PathValue("project_id"))
				assert.Equal(t, c.value, r.PathValue("of"))
				assert.Empty(t, r.Header.Get("Content-Encoding"))
				done(w)
			})
			assert.Equal(t, 204, rec.Code, rec.Body)
			assert.Equal(t, header, r.Header)
			assert.Equal(t, body, r.Body)
			assert.Equal(t, length, r.ContentLength)
			assert.Empty(t, r.PathValue("project_id"))
			assert.Equal(t, c.value, r.PathValue("of"))
		})
	}
}

// A client's transport may read a request's body when the handler has returned.
func TestABodyIsItsRequestsAlone(t *testing.T) {
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	require.NoError(t, err)
	var bodies []io.Reader
	h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		bodies = append(bodies, r.Body)
		done(w)
	}))
	for _, node := range []string{"a", "b", "c"} {
		h.ServeHTTP(httptest.NewRecorder(), killRequest(strings.Replace(killBody, `"n"`, `"`+node+`"`, 1)))
	}
	for i, node := range []string{"a", "b", "c"} {
		got, err := io.ReadAll(bodies[i])
		assert.NoError(t, err)
		assert.Contains(t, string(got), `"node_id":"`+node+`"`)
	}
}

func TestNothingIsWrittenWhenTheHandlerHasReturned(t *testing.T) {
	var kept http.ResponseWriter
	rec := serveKill(t, validate.Options{}, killRequest(killBody), func(w http.ResponseWriter, r *http.Request) {
		kept = w
		done(w)
	})
	assert.Equal(t, 204, rec.Code)
	_, err := io.WriteString(kept, "late")
	assert.ErrorContains(t, err, "the handler has returned")
	kept.WriteHeader(500)
	assert.Empty(t, rec.Body.String())
	assert.Equal(t, 204, rec.Code)
}

// failing keeps what it was to write, as HTTP/2 does of a stream that was closed.
type failing struct {
	counting
	kept []byte
}

func (f *failing) Write(p []byte) (int, error) {
	f.kept = p
	return 0, io.ErrClosedPipe
}

func TestWhatCouldNotBeWrittenIsNotWrittenOver(t *testing.T) {
	const refusal = `{"error_code":"DCS.4800","error_msg":"%s"}`
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	require.NoError(t, err)
	serve := func(w http.ResponseWriter, message string) {
		v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.Header().Set("X-Request-Id", "r")
			w.WriteHeader(400)
			fmt.Fprintf(w, refusal, message)
		})).ServeHTTP(w, killRequest(killBody))
	}
	f := &failing{counting: counting{header: http.Header{}}}
	serve(f, "mine")
	for range 10 {
		serve(httptest.NewRecorder(), "them")
	}
	assert.Equal(t, fmt.Sprintf(refusal, "mine"), string(f.kept))
}

func TestHeadersOfARefusedResponseAreTakenBack(t *testing.T) {
	v, err := validate.New(dcssessions.Contract(), validate.Options{})
	require.NoError(t, err)
	for name, end := range map[string]func(http.ResponseWriter){
		"a refusal": func(w http.ResponseWriter) { w.WriteHeader(200) },
		"a panic":   func(http.ResponseWriter) { panic("boom") },
	} {
		t.Run(name, func(t *testing.T) {
			rec := httptest.NewRecorder()
			rec.Header()["X-Before"] = []string{"1", "2"}
			func() {
				defer func() { _ = recover() }()
				v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
					w.Header()["X-Before"][0] = "changed"
					w.Header().Add("X-Before", "3")
					w.Header().Set("X-Leak", "1")
					end(w)
				})).ServeHTTP(rec, killRequest(killBody))
			}()
			assert.Equal(t, []string{"1", "2"}, rec.Header()["X-Before"])
			assert.NotContains(t, rec.Header(), "X-Leak")
		})
	}
}

// The length that a message declares says nothing of what it costs.
func TestADeclaredLengthIsNotAllocatedBeforeItIsThere(t *testing.T) {
	v, err := validate.New(dcssessions.Contract(), validate.Options{MaxRequestBody: 64 << 20})
	require.NoError(t, err)
	h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { done(w) }))
	r := killRequest(killBody)
	r.ContentLength = 64 << 20
	h.ServeHTTP(httptest.NewRecorder(), killRequest(killBody))
	assert.Less(t, allocated(func() { h.ServeHTTP(httptest.NewRecorder(), r) }), uint64(1<<20))
}

// net/http does not send a header that is there without a value.
func TestAHeaderWithoutAValueIsNotOneThatIsNotThere(t *testing.T) {
	contract := strings.Replace(listContract, `description: bad
`, `description: bad
          headers: {X-Note: {schema: {type: string}}}
`, 1)
	for name, engine := range engines {
		v, err := validate.New([]byte(contract), validate.Options{Engine: engine})
		require.NoError(t, err)
		rec := httptest.NewRecorder()
		v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header()["X-Note"] = []string{}
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(400)
			_, _ = io.WriteString(w, `{"error_code":"x"}`)
		})).ServeHTTP(rec, httptest.NewRequest("GET", "/p/clients", nil))
		assert.Equal(t, 500, rec.Code, name)
	}
}
