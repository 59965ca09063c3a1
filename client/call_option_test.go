package client_test

import (
	"context"
	"net/http"
	"net/http/httputil"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestAnOptionIsForOneCallAlone(t *testing.T) {
	a := serve(t, status(http.StatusServiceUnavailable))
	c, _ := patient(t, a.URL, client.Options{})
	cache := c.Instance(project, instance)
	_, err := cache.Kill(t.Context(), node, client.Addrs(addr), client.WithRetry(client.Retry{Attempts: 1}))
	assert.ErrorIs(t, err, client.ErrUnavailable)
	assert.Len(t, a.requests(), 1)
	_, err = cache.Kill(t.Context(), node, client.Addrs(addr))
	assert.ErrorIs(t, err, client.ErrUnavailable)
	assert.Len(t, a.requests(), 1+3)
}

func TestATimeoutOfACallReplacesTheClients(t *testing.T) {
	endpoint, _ := silent(t)
	c, err := client.New(endpoint, client.Options{Timeout: time.Hour})
	require.NoError(t, err)
	_, err = c.Instance(project, instance).Nodes(t.Context(), client.WithTimeout(20*time.Millisecond))
	assert.ErrorIs(t, err, context.DeadlineExceeded)
}

func TestAHeaderOfACallIsSignedAndIsNoSecret(t *testing.T) {
	a := serve(t, func(w http.ResponseWriter, r *http.Request) {
		dump, _ := httputil.DumpRequest(r, false)
		w.WriteHeader(http.StatusBadRequest)
		w.Write(dump[:min(len(dump), 200)])
	})
	c := once(t, a.URL, client.Options{Credentials: client.AccessKey(keys["a temporary key"])})
	_, err := c.Instance(project, instance).Nodes(t.Context(), client.WithHeader("A", "cleanup-42"), client.WithHeader("A", "b"))
	require.Error(t, err)
	require.Len(t, a.requests(), 1)
	r := a.requests()[0]
	assert.Equal(t, []string{"cleanup-42", "b"}, r.header.Values("A"))
	_, err2 := verify(r, a.Listener.Addr().String(), secretKey)
	assert.NoError(t, err2)
	assert.Contains(t, err.Error(), "cleanup-42")
}

func TestAHeaderThatTheClientSetsIsRefused(t *testing.T) {
	a := serve(t, status(http.StatusNoContent))
	c := once(t, a.URL, client.Options{Credentials: client.Token(token)})
	for _, name := range []string{"authorization", "X-Auth-Token", "X-Sdk-Date", "X-Security-Token", "Accept", "User-Agent", "X-Project-Id", "Content-Type"} {
		_, err := c.Instance(project, instance).Nodes(t.Context(), client.WithHeader(name, "x"))
		assert.EqualError(t, err, "client: WithHeader: the client sets "+http.CanonicalHeaderKey(name)+" itself")
	}
	assert.Empty(t, a.requests())
}
