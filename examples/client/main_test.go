package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

func TestAGoodKillIsSentAndABadOneIsNot(t *testing.T) {
	api := clienttest.New()
	defer api.Close()
	c, err := newClient(api.URL)
	require.NoError(t, err)

	var out strings.Builder
	require.NoError(t, kill(t.Context(), &out, c, "p", "i", "n", []string{"10.0.0.1:2048"}))
	assert.Equal(t, "10.0.0.1:2048 gone\n", out.String())
	sent := len(api.Kills())

	err = kill(t.Context(), io.Discard, c, "p", "i", "n", []string{"10.0.0.1"})
	vs := validate.AsViolations(err)
	require.NotEmpty(t, vs, "%v", err)
	assert.Equal(t, "/client_addrs/0", vs[0].Pointer)
	assert.Len(t, api.Kills(), sent)
}

func TestAResponseThatViolatesTheContractIsAnError(t *testing.T) {
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusNoContent) // without the X-Request-Id that the contract requires
	}))
	defer api.Close()
	c, err := newClient(api.URL)
	require.NoError(t, err)
	err = kill(t.Context(), io.Discard, c, "p", "i", "n", []string{"10.0.0.1:2048"})
	vs := validate.AsViolations(err)
	require.NotEmpty(t, vs, "%v", err)
	assert.Equal(t, validate.Response, vs[0].Direction)
}
