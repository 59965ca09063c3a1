package client_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

const (
	project  = "0d6f2e5a"
	instance = "cache_1"
	node     = "node-1"
	addr     = "10.63.238.158:2048"
	token    = "MIIF-a-secret"
)

// A request is a request as the server read it.
type request struct {
	method, uri, body string
	header            http.Header
}

// An api sends the same response to every request, and records the request.
type api struct {
	*httptest.Server
	mu   sync.Mutex
	seen []request
}

func serve(t *testing.T, answer http.HandlerFunc) *api {
	t.Helper()
	a := &api{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		assert.NoError(t, err)
		a.mu.Lock()
		a.seen = append(a.seen, request{r.Method, r.RequestURI, string(body), r.Header})
		a.mu.Unlock()
		answer(w, r)
	}))
	t.Cleanup(a.Close)
	return a
}

func status(code int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
}

func (a *api) requests() []request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.seen
}

// kill kills one address at endpoint, with valid ids and, unless o says otherwise,
// in one attempt.
func kill(t *testing.T, endpoint string, o client.Options) error {
	t.Helper()
	if o.Retry.Attempts == 0 {
		o.Retry.Attempts = 1
	}
	c, err := client.New(endpoint, o)
	require.NoError(t, err)
	_, err = c.Instance(project, instance).Kill(t.Context(), node, []client.Target{client.Addr(addr)})
	return err
}

// killAt kills the sessions at addrs, for tests of the error alone.
func killAt(ctx context.Context, c *client.Client, addrs ...string) error {
	_, err := c.Instance(project, instance).Kill(ctx, node, client.Addrs(addrs...))
	return err
}

// errorsAs is errors.As, also for a nil error.
func errorsAs(err error, target **client.Error) bool { return err != nil && errors.As(err, target) }

// ones returns the bits of the first n of 10,000 entries, and oneAt the bit of one.
func ones(n int) string {
	bits := make([]byte, 1250)
	for i := range n {
		bits[i/8] |= 0x80 >> (i % 8)
	}
	return base64.StdEncoding.EncodeToString(bits)
}

func oneAt(i int) string {
	bits := make([]byte, 1250)
	bits[i/8] = 0x80 >> (i % 8)
	return base64.StdEncoding.EncodeToString(bits)
}
