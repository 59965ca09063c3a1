package main

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestARequestEndsAfterItsTimeout(t *testing.T) {
	t.Parallel()
	end := make(chan struct{})
	api := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-end }))
	defer api.Close()
	defer close(end)
	for name, args := range map[string][]string{
		"a list":  {"list", "--node", "n"},
		"nodes":   {"nodes"},
		"a kill":  {"kill", "--node", "n", "10.0.0.1:1"},
		"a count": {"kill-all", "--node", "n"},
		"a job":   {"job", "j"},
	} {
		t.Run(name, func(t *testing.T) {
			env := map[string]string{"DCS_ENDPOINT": api.URL, "DCS_PROJECT_ID": "p", "DCS_INSTANCE_ID": "i", "DCS_TIMEOUT": "50ms"}
			begun := time.Now()
			code, _, stderr := calledIn(t.Context(), env, true, args...)
			assert.Less(t, time.Since(begun), 20*time.Second)
			assert.Equal(t, exitFailed, code)
			assert.Contains(t, stderr, "no response within --timeout 50ms: ")
		})
	}
	code, _, stderr := called(t.Context(), true, "list", "--endpoint", api.URL, "--project", "p", "--instance", "i", "--timeout", "0s")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--timeout must be positive")
}
