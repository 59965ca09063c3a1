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

func TestGoodNotesAreStoredAndBadOnesAreRefused(t *testing.T) {
	handler, err := newHandler()
	require.NoError(t, err)
	api := httptest.NewServer(handler)
	defer api.Close()

	status, body := send(t, http.MethodPost, api.URL+"/notes", `{"text":"buy milk"}`)
	assert.Equal(t, http.StatusCreated, status)
	assert.JSONEq(t, `{"id":1,"text":"buy milk"}`, body)
	status, body = send(t, http.MethodGet, api.URL+"/notes/1", "")
	assert.Equal(t, http.StatusOK, status)
	assert.JSONEq(t, `{"id":1,"text":"buy milk"}`, body)
	status, _ = send(t, http.MethodGet, api.URL+"/notes/2", "")
	assert.Equal(t, http.StatusNotFound, status)

	for name, bad := range map[string]struct{ method, path, body, pointer string }{
		"an empty text":     {http.MethodPost, "/notes", `{"text":""}`, "/text"},
		"an unknown member": {http.MethodPost, "/notes", `{"text":"a","color":"red"}`, "/color"},
		"no number":         {http.MethodGet, "/notes/first", "", "id"},
	} {
		status, body := send(t, bad.method, api.URL+bad.path, bad.body)
		assert.Equal(t, http.StatusBadRequest, status, name)
		assert.Contains(t, body, bad.pointer, name)
	}
	status, _ = send(t, http.MethodGet, api.URL+"/notes/2", "")
	assert.Equal(t, http.StatusNotFound, status, "a bad note was stored")
}

func send(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	require.NoError(t, err)
	if body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	resp, err := http.DefaultClient.Do(r)
	require.NoError(t, err)
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	require.NoError(t, err)
	return resp.StatusCode, string(text)
}
