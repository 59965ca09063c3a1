package validate_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

// trapCases are those of the corpus; what stands here no want can say.
func trapCases(t *testing.T) (contract []byte, cases []corpusCase) {
	c := readCorpora(t)["traps"]
	contract, err := os.ReadFile("testdata/" + c.Contract)
	require.NoError(t, err)
	return contract, c.Cases
}

// Trap 2: kin-openapi's Validator logs an error on every 204.
func TestNothingIsLogged(t *testing.T) {
	var logged bytes.Buffer
	log.SetOutput(&logged) // slog's default writes there too
	defer log.SetOutput(os.Stderr)
	contract, cases := trapCases(t)
	v, err := validate.New(contract, validate.Options{})
	require.NoError(t, err)
	for _, c := range cases {
		h := v.Middleware(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { c.respond(t, w) }))
		h.ServeHTTP(httptest.NewRecorder(), c.Request.request(t))
	}
	assert.Empty(t, logged.String())
}

// Trap 10: kin-openapi's texts quote pattern and value.
func TestARefusalQuotesNeitherPatternNorValue(t *testing.T) {
	contract, cases := trapCases(t)
	v, err := validate.New(contract, validate.Options{})
	require.NoError(t, err)
	r := cases[len(cases)-1].Request.request(t)
	r.Header.Set("X-Trace", "s3cret-value")
	rec := httptest.NewRecorder()
	v.Middleware(nil).ServeHTTP(rec, r)
	assert.Equal(t, 400, rec.Code)
	assert.NotContains(t, rec.Body.String(), "s3cret")
	assert.NotContains(t, rec.Body.String(), "[0-9")
}

// Traps 5 and 9: kin-openapi reads the whole body before it asks who calls.
func TestAStrangersBodyIsReadUpToTheCapAlone(t *testing.T) {
	contract, cases := trapCases(t)
	v, err := validate.New(contract, validate.Options{
		MaxRequestBody: memoryCap,
		Authenticate:   func(*http.Request, validate.Operation) (context.Context, error) { return nil, errors.New("a stranger") },
	})
	require.NoError(t, err)
	r := cases[0].Request.request(t)
	body := &countingReader{}
	r.Body, r.ContentLength = io.NopCloser(body), -1
	rec := httptest.NewRecorder()
	v.Middleware(nil).ServeHTTP(rec, r)
	assert.GreaterOrEqual(t, rec.Code, 400)
	assert.LessOrEqual(t, body.n, memoryCap+1)
}

type countingReader struct{ n int }

func (c *countingReader) Read(p []byte) (int, error) {
	c.n += len(p)
	return spaces{}.Read(p)
}
