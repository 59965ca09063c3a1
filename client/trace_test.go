package client_test

import (
	"context"
	"net/http"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func TestATraceHasEachAttempt(t *testing.T) {
	type key struct{}
	var got []client.Attempt
	trace := func(ctx context.Context, a client.Attempt) {
		assert.Equal(t, "v", ctx.Value(key{}), "it has the context of the method")
		assert.Positive(t, a.Duration)
		a.Duration = 0
		if a.Err != nil {
			assert.ErrorContains(t, a.Err, "EOF")
			a.Err = nil
		}
		got = append(got, a)
	}
	echo := func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", "r "+r.Header.Get("X-Auth-Token"))
		w.WriteHeader(http.StatusServiceUnavailable)
	}
	a := serve(t, then(echo, hangUp, answer(204, http.Header{"X-Request-Id": {"r-3"}}, "")))
	c, _ := patient(t, a.URL, client.Options{Trace: trace, Credentials: client.Token(token)})
	require.NoError(t, killAt(context.WithValue(t.Context(), key{}, "v"), c, addr))
	assert.Equal(t, []client.Attempt{
		{Operation: "HangUpClients", Number: 1, Status: 503, RequestID: "r ***"},
		{Operation: "HangUpClients", Number: 2},
		{Operation: "HangUpClients", Number: 3, Status: 204, RequestID: "r-3"},
	}, got)
}
