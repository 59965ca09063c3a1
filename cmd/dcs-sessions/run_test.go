package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime/debug"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// called runs the command without environment variables.
func called(ctx context.Context, terminal bool, args ...string) (code int, stdout, stderr string) {
	return calledIn(ctx, nil, terminal, args...)
}

// calledIn runs the command with environment variables.
func calledIn(ctx context.Context, env map[string]string, terminal bool, args ...string) (code int, stdout, stderr string) {
	var out, err bytes.Buffer
	code = run(ctx, args, func(name string) string { return env[name] }, stdio{
		in: strings.NewReader(""), out: &out, err: &err, terminal: terminal,
		size: func() (width, height int) { return 80, 24 },
	})
	return code, out.String(), err.String()
}

func killArgs(endpoint string) []string {
	return []string{"kill", "--endpoint", endpoint, "--project", "p", "--instance", "i", "--node", "n", "192.0.2.1:1"}
}

func TestATerminalGetsATable(t *testing.T) {
	t.Parallel()
	api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-Request-Id", "r-1")
		w.WriteHeader(http.StatusNoContent)
	}))
	defer api.Close()
	const table = "PEER         RESULT\n192.0.2.1:1  closed\n"
	for name, c := range map[string]struct {
		terminal bool
		args     []string
		table    bool
	}{
		"a terminal gets a table":             {true, nil, true},
		"a pipe gets JSON":                    {false, nil, false},
		"a terminal gets JSON with -o":        {true, []string{"-o", "json"}, false},
		"a pipe gets a table with -o":         {false, []string{"-o", "table"}, true},
		"an empty --output counts as not set": {true, []string{"--output="}, true},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := called(t.Context(), c.terminal, append(killArgs(api.URL), c.args...)...)
			assert.Equal(t, exitOK, code)
			assert.Empty(t, stderr)
			assert.Equal(t, c.table, stdout == table, "%s", stdout)
		})
	}
}

func TestAnInterruptedKillExits130(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	api := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices a closed connection only after the body
		cancel()
		<-r.Context().Done()
	}))
	defer api.Close()
	code, stdout, stderr := called(ctx, true, killArgs(api.URL)...)
	assert.Equal(t, exitInterrupted, code)
	assert.Equal(t, "PEER         RESULT\n192.0.2.1:1  unknown\n", stdout)
	assert.True(t, strings.HasPrefix(stderr, "dcs-sessions: interrupted: "), stderr)
}

func TestTheVersionIsThatOfTheModule(t *testing.T) {
	t.Parallel()
	for want, info := range map[string]debug.BuildInfo{
		"v1.2.3": {Main: debug.Module{Version: "v1.2.3"}},
		"v0.0.0-20261125131406-6d6f37131296+dirty":               {Main: debug.Module{Version: "v0.0.0-20261125131406-6d6f37131296+dirty"}},
		"unknown (built with go1.26.1, without version control)": {GoVersion: "go1.26.1"},
		"unknown (built with go1.26.0, without version control)": {GoVersion: "go1.26.0", Main: debug.Module{Version: "(devel)"}},
	} {
		assert.Equal(t, want, versionOf(&info))
	}
	_, stdout, _ := called(t.Context(), true, "--version")
	assert.NotContains(t, stdout, "(devel)")
}
