package validate_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

const budgetContract = `
openapi: 3.0.3
info: {title: budget, version: "1"}
paths:
  /x:
    post:
      requestBody: {content: {application/json: {schema: {type: string}}}}
      responses: {"204": {description: none}, "200": {description: a text, content: {application/json: {schema: {type: string}}}}}
`

// quoted is a JSON text of n bytes.
func quoted(n int) string { return `"` + strings.Repeat("x", n-2) + `"` }

func budgeted(t testing.TB, o validate.Options) (v *validate.Validator, found func() validate.Violations) {
	var mu sync.Mutex
	var all validate.Violations
	o.MaxRequestBody, o.MaxResponseBody = 1<<20, 1<<20
	o.Report = func(_ *http.Request, vs validate.Violations) {
		mu.Lock()
		defer mu.Unlock()
		all = append(all, vs...)
	}
	v, err := validate.New([]byte(budgetContract), o)
	require.NoError(t, err)
	return v, func() validate.Violations {
		mu.Lock()
		defer mu.Unlock()
		return all
	}
}

func postOf(body io.Reader, length int64) *http.Request {
	r := httptest.NewRequest(http.MethodPost, "http://host/x", body)
	r.Header.Set("Content-Type", "application/json")
	r.ContentLength = length
	return r
}

// A slowBody gives what it has, and then waits.
type slowBody struct {
	io.Reader
	given chan struct{} // closed when all that it has was read
	over  chan struct{} // closed to end it
	once  sync.Once
}

func newSlowBody(text string) *slowBody {
	return &slowBody{Reader: strings.NewReader(text), given: make(chan struct{}), over: make(chan struct{})}
}

func (b *slowBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err == io.EOF {
		b.once.Do(func() { close(b.given) })
		<-b.over
	}
	return n, err
}

func TestABodyBeyondTheBudgetIsRefused(t *testing.T) {
	v, found := budgeted(t, validate.Options{BodyBudget: 200_000})
	reached := make(chan struct{})
	leave := make(chan struct{})
	h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.ContentLength == 150_000 {
			close(reached)
			<-leave
		}
		w.WriteHeader(204)
	}))
	send := func(n int) *httptest.ResponseRecorder {
		rec := httptest.NewRecorder()
		h.ServeHTTP(rec, postOf(strings.NewReader(quoted(n)), int64(n)))
		return rec
	}
	done := make(chan *httptest.ResponseRecorder)
	go func() { done <- send(150_000) }()
	<-reached
	refused := send(100_000)
	assert.Equal(t, 503, refused.Code)
	assert.Equal(t, "1", refused.Header().Get("Retry-After"))
	require.Len(t, found(), 1)
	assert.Equal(t, validate.RuleBodyBudget, found()[0].Rule)
	assert.Equal(t, 204, send(10_000).Code, "there is room for a small one")
	close(leave)
	assert.Equal(t, 204, (<-done).Code)
	for range 20 {
		assert.Equal(t, 204, send(100_000).Code, "what was released is free again")
	}
}

func TestAStreamThatIsNotCheckedNeedsNoBudget(t *testing.T) {
	v, err := validate.New([]byte(memoryContract), validate.Options{BodyBudget: 1000})
	require.NoError(t, err)
	r := httptest.NewRequest(http.MethodPost, "http://host/echo", nil)
	rec := httptest.NewRecorder()
	v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		_, _ = w.Write(make([]byte, 100_000))
	})).ServeHTTP(rec, r)
	assert.Equal(t, 200, rec.Code)
	assert.Equal(t, 100_000, rec.Body.Len())
}

// A length that is declared, and not sent, takes no room.
func TestWhatIsDeclaredIsNotHeld(t *testing.T) {
	v, _ := budgeted(t, validate.Options{BodyBudget: 400_000})
	h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(204) }))
	var wait sync.WaitGroup
	var waiting []*slowBody
	for range 20 {
		body := newSlowBody(`"x`)
		waiting = append(waiting, body)
		wait.Go(func() { h.ServeHTTP(httptest.NewRecorder(), postOf(body, 1<<20)) })
		select {
		case <-body.given:
		case <-time.After(10 * time.Second):
			require.Fail(t, "a body that says much and sends little found no room")
		}
	}
	rec := httptest.NewRecorder()
	h.ServeHTTP(rec, postOf(strings.NewReader(quoted(200_000)), 200_000))
	assert.Equal(t, 204, rec.Code)
	for _, body := range waiting {
		close(body.over)
	}
	wait.Wait()
}

func TestAResponseBeyondTheBudget(t *testing.T) {
	answer := func(w http.ResponseWriter, n int) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, quoted(n))
	}
	large := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { answer(w, 100_000) })
	t.Run("of a handler is refused", func(t *testing.T) {
		v, found := budgeted(t, validate.Options{BodyBudget: 50_000})
		rec := httptest.NewRecorder()
		v.Middleware(large).ServeHTTP(rec, postOf(http.NoBody, 0))
		assert.Equal(t, 503, rec.Code)
		assert.Equal(t, "1", rec.Header().Get("Retry-After"))
		require.Len(t, found(), 1)
		assert.Equal(t, validate.Response, found()[0].Direction)
	})
	t.Run("of a handler that is observed passes", func(t *testing.T) {
		v, found := budgeted(t, validate.Options{BodyBudget: 50_000, Response: validate.Observe})
		rec := httptest.NewRecorder()
		v.Middleware(large).ServeHTTP(rec, postOf(http.NoBody, 0))
		assert.Equal(t, 200, rec.Code)
		assert.Equal(t, 100_000, rec.Body.Len())
		require.Len(t, found(), 1)
		assert.Equal(t, validate.RuleBodyBudget, found()[0].Rule)
	})
	for _, mode := range []validate.Mode{validate.Enforce, validate.Observe} {
		t.Run("of an upstream, "+mode.String(), func(t *testing.T) {
			v, found := budgeted(t, validate.Options{BodyBudget: 50_000, Response: mode})
			resp, err := v.Transport(roundTripper(func(*http.Request) (*http.Response, error) {
				rec := httptest.NewRecorder()
				answer(rec, 100_000)
				return rec.Result(), nil
			})).RoundTrip(postOf(http.NoBody, 0))
			if mode == validate.Enforce {
				vs := validate.AsViolations(err)
				require.Len(t, vs, 1)
				assert.Equal(t, 503, vs[0].Status)
			} else {
				require.NoError(t, err)
				body, err := io.ReadAll(resp.Body)
				require.NoError(t, err)
				assert.Len(t, body, 100_000)
				require.NoError(t, resp.Body.Close())
			}
			require.Len(t, found(), 1)
			assert.Equal(t, validate.RuleBodyBudget, found()[0].Rule)
		})
	}
}

func TestAnObservedRequestBeyondTheBudgetPasses(t *testing.T) {
	v, found := budgeted(t, validate.Options{BodyBudget: 50_000, Request: validate.Observe, Authenticate: nil})
	text := quoted(100_000)
	rec := httptest.NewRecorder()
	v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		assert.Equal(t, text, string(got))
		w.WriteHeader(204)
	})).ServeHTTP(rec, postOf(strings.NewReader(text), int64(len(text))))
	assert.Equal(t, 204, rec.Code)
	require.Len(t, found(), 1)
	assert.Equal(t, validate.RuleBodyBudget, found()[0].Rule)
}

// A body that Authenticate was to read, and that has no room, still passes whole.
func TestABodyThatIsObservedAndFilledPassesWhole(t *testing.T) {
	contract := strings.Replace(string(budgetContract), "paths:", "security: [{key: []}]\ncomponents: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}\npaths:", 1)
	text := quoted(100_000)
	for _, length := range []int64{-1, int64(len(text))} {
		v, err := validate.New([]byte(contract), validate.Options{
			BodyBudget: 70_000, Request: validate.Observe,
			Authenticate: func(r *http.Request, _ validate.Operation) (context.Context, error) {
				_, err := io.ReadAll(r.Body)
				assert.Error(t, err, "it is not all there")
				return r.Context(), nil
			},
		})
		require.NoError(t, err)
		rec := httptest.NewRecorder()
		v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got, err := io.ReadAll(r.Body)
			assert.NoError(t, err)
			assert.Equal(t, text, string(got))
			w.WriteHeader(204)
		})).ServeHTTP(rec, postOf(strings.NewReader(text), length))
		assert.Equal(t, 204, rec.Code)
	}
}

// A client's response is held until it is closed or read, or nobody has it.
func TestWhatAClientHoldsIsReleased(t *testing.T) {
	const n = 100_000
	for name, end := range map[string]func(*http.Response){
		"closed":       func(resp *http.Response) { resp.Body.Close() },
		"read":         func(resp *http.Response) { _, _ = io.Copy(io.Discard, resp.Body) },
		"read by byte": func(resp *http.Response) { _, _ = io.ReadAll(io.MultiReader(resp.Body)) },
		"forgotten":    func(resp *http.Response) {},
	} {
		t.Run(name, func(t *testing.T) {
			v, _ := budgeted(t, validate.Options{BodyBudget: n * 3 / 2})
			call := func() (*http.Response, error) {
				return v.Transport(roundTripper(func(*http.Request) (*http.Response, error) {
					return &http.Response{
						StatusCode: 200, ContentLength: n, Header: jsonHeader(""), Body: io.NopCloser(strings.NewReader(quoted(n))),
					}, nil
				})).RoundTrip(postOf(http.NoBody, 0))
			}
			resp, err := call()
			require.NoError(t, err)
			_, err = call()
			require.Error(t, err, "there is no room for two")
			end(resp)
			resp = nil
			require.Eventually(t, func() bool {
				runtime.GC()
				again, err := call()
				if err == nil {
					again.Body.Close()
				}
				return err == nil
			}, 10*time.Second, 10*time.Millisecond)
		})
	}
}

func TestANegativeBudgetIsRefused(t *testing.T) {
	_, err := validate.New([]byte(budgetContract), validate.Options{BodyBudget: -1})
	assert.ErrorContains(t, err, "BodyBudget")
}

func TestIdentifyIsAskedBeforeTheBodyIsRead(t *testing.T) {
	contract := strings.Replace(string(budgetContract), "  /x:", "  /{who}:\n    parameters: [{name: who, in: path, required: true, schema: {type: string}}]", 1)
	contract = strings.Replace(contract, "paths:", "security: [{key: []}]\ncomponents: {securitySchemes: {key: {type: apiKey, in: header, name: X-Key}}}\npaths:", 1)
	type key struct{}
	for _, mode := range []validate.Mode{validate.Enforce, validate.Observe, validate.Off} {
		t.Run(mode.String(), func(t *testing.T) {
			stranger := errors.New("a stranger")
			var asked []string
			v, err := validate.New([]byte(contract), validate.Options{
				Request: mode,
				Identify: func(r *http.Request, _ validate.Operation) (context.Context, error) {
					asked = append(asked, "identify")
					assert.Equal(t, "x", r.PathValue("who"))
					body, err := io.ReadAll(r.Body)
					assert.NoError(t, err)
					assert.Empty(t, body)
					if r.Header.Get("X-Key") == "" {
						return nil, stranger
					}
					return context.WithValue(r.Context(), key{}, "ops"), nil
				},
				Authenticate: func(r *http.Request, _ validate.Operation) (context.Context, error) {
					asked = append(asked, "authenticate")
					assert.Equal(t, "ops", r.Context().Value(key{}))
					body, err := io.ReadAll(r.Body)
					assert.NoError(t, err)
					assert.Equal(t, `"x"`, string(body))
					return r.Context(), nil
				},
			})
			require.NoError(t, err)
			h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				assert.Equal(t, "ops", r.Context().Value(key{}))
				body, err := io.ReadAll(r.Body)
				assert.NoError(t, err)
				assert.Equal(t, `"x"`, string(body))
				w.WriteHeader(204)
			}))

			unread := bytes.NewReader([]byte(`"x"`))
			rec := httptest.NewRecorder()
			h.ServeHTTP(rec, postOf(unread, 3))
			assert.Equal(t, 401, rec.Code)
			assert.Equal(t, 3, unread.Len(), "nothing was read")
			assert.Equal(t, []string{"identify"}, asked)

			asked = nil
			r := postOf(strings.NewReader(`"x"`), 3)
			r.Header.Set("X-Key", "k")
			rec = httptest.NewRecorder()
			h.ServeHTTP(rec, r)
			assert.Equal(t, 204, rec.Code, fmt.Sprint(rec.Body))
			assert.Equal(t, []string{"identify", "authenticate"}, asked)
		})
	}
}
