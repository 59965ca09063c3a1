package main

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

const killPath = "/v2/p/instances/i/clients/kill"

func TestAGoodKillIsServedAndABadOneIsRefused(t *testing.T) {
	s := &service{connected: map[string]bool{"10.0.0.1:2048": true, "10.0.0.2:2048": true}}
	handler, err := newHandler(s)
	require.NoError(t, err)
	api := httptest.NewServer(handler)
	defer api.Close()

	status, body := post(t, api.URL+killPath, `{"node_id":"n","client_addrs":["10.0.0.2"]}`)
	assert.Equal(t, http.StatusBadRequest, status)
	assert.Contains(t, body, "/client_addrs/0")
	assert.Len(t, s.connected, 2)

	status, body = post(t, api.URL+killPath, `{"node_id":"n","client_addrs":["10.0.0.1:2048"]}`)
	assert.Equal(t, http.StatusNoContent, status, body)
	assert.Equal(t, map[string]bool{"10.0.0.2:2048": true}, s.connected)
}

func TestOtherOperationsAreNotImplemented(t *testing.T) {
	handler, err := newHandler(&service{})
	require.NoError(t, err)
	api := httptest.NewServer(handler)
	defer api.Close()
	status, body := post(t, api.URL+"/v2/p/instances/i/clients", `{"node_id":"n"}`)
	assert.Equal(t, http.StatusInternalServerError, status)
	assert.Contains(t, body, "not implemented")
}

func post(t *testing.T, url, body string) (int, string) {
	t.Helper()
	resp, err := http.Post(url, "application/json", strings.NewReader(body))
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}
