package main

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A fullDisk accepts a number of bytes, then fails.
type fullDisk struct{ left int }

var errFull = errors.New("no space left on device")

func (f *fullDisk) Write(p []byte) (int, error) {
	n := min(len(p), f.left)
	f.left -= n
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func TestAFailedWriteFailsTheCommand(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"a table":           {"list", "-o", "table"},
		"JSON":              {"list", "-o", "json"},
		"nodes":             {"nodes", "-o", "table"},
		"a preview":         {"kill", "--filter", "name=web-*", "--all-nodes", "--dry-run", "-o", "table"},
		"a kill":            {"kill", "--filter", "name=web-*", "--all-nodes", "--yes", "-o", "table", "--check", "0"},
		"a kill as JSON":    {"kill", "--node", "a", "10.0.0.9:1", "-o", "json"},
		"a count":           {"kill-all", "--all-nodes", "--dry-run", "-o", "table"},
		"help":              {"help"},
		"help of a command": {"kill", "--help"},
		"a completion":      {"completion", "bash"},
		"the version":       {"--version"},
	} {
		for _, after := range []int{0, 30} {
			t.Run(name, func(t *testing.T) {
				api := twoNodes(t)
				var stderr bytes.Buffer
				env := map[string]string{"DCS_ENDPOINT": api.URL, "DCS_PROJECT_ID": "p", "DCS_INSTANCE_ID": "i"}
				code := run(t.Context(), args, func(name string) string { return env[name] }, stdio{out: &fullDisk{left: after}, err: &stderr})
				assert.Equal(t, exitFailed, code)
				assert.Contains(t, stderr.String(), errFull.Error())
				assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
			})
		}
	}
}

func TestHelpForAnUnknownCommandIsAUsageError(t *testing.T) {
	t.Parallel()
	for says, args := range map[string][]string{
		`unknown command "nope"`:            {"help", "nope"},
		`unknown command "kill nope"`:       {"help", "kill", "nope"},
		`unknown command "completion nope"`: {"completion", "nope"},
		`unknown command "kil"`:             {"kil"},
	} {
		code, stdout, stderr := called(t.Context(), true, args...)
		assert.Equal(t, exitUsage, code, args)
		assert.Empty(t, stdout)
		assert.True(t, strings.HasPrefix(stderr, "dcs-sessions: "+says+"\n"), stderr)
	}
	for _, args := range [][]string{{"help"}, {"help", "kill"}, {"help", "help"}, {"completion"}, {"help", "completion", "zsh"}} {
		code, stdout, stderr := called(t.Context(), true, args...)
		assert.Equal(t, exitOK, code, stderr)
		assert.Contains(t, stdout, "Usage:")
	}
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

func TestATokenCanBeInAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	good, empty := file("good", "secret-file\n"), file("empty", "\n")
	two, control, long := file("two", "secret-1\nsecret-2\n"), file("control", "secret\x01x"), file("long", strings.Repeat("s", 65<<10))
	for name, c := range map[string]struct {
		env    map[string]string
		args   []string
		token  string // the token that was sent
		stderr string // if the command fails
	}{
		"by the flag":                          {nil, []string{"--token-file", good}, "secret-file", ""},
		"by the variable":                      {map[string]string{"DCS_TOKEN_FILE": good}, nil, "secret-file", ""},
		"the flag before the token's variable": {map[string]string{"DCS_TOKEN": "secret-env"}, []string{"--token-file", good}, "secret-file", ""},
		"the token's flag before the variable": {map[string]string{"DCS_TOKEN_FILE": good}, []string{"--token", "secret-flag"}, "secret-flag", ""},
		"both flags":                           {nil, []string{"--token-file", good, "--token", "secret-flag"}, "", "--token and --token-file exclude each other"},
		"both variables":                       {map[string]string{"DCS_TOKEN_FILE": good, "DCS_TOKEN": "secret-env"}, nil, "", "--token and --token-file exclude each other"},
		"with an access key":                   {nil, []string{"--token-file", good, "--access-key", "AK"}, "", "a token (--token, --token-file) and --access-key exclude each other"},
		"a missing file":                       {nil, []string{"--token-file", filepath.Join(dir, "none")}, "", "read the token: open "},
		"an empty file":                        {nil, []string{"--token-file", empty}, "", "is empty"},
		"two tokens":                           {nil, []string{"--token-file", two}, "", "contains more than a token"},
		"a control character":                  {nil, []string{"--token-file", control}, "", "contains more than a token"},
		"a file that is too large":             {nil, []string{"--token-file", long}, "", "contains more than a token"},
		"a directory":                          {nil, []string{"--token-file", dir}, "", "read the token: "},
	} {
		t.Run(name, func(t *testing.T) {
			sent := []string{}
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				sent = append(sent, r.Header.Get("X-Auth-Token"))
				w.Header().Set("X-Request-Id", "r")
				w.WriteHeader(http.StatusNoContent)
			}))
			defer api.Close()
			code, _, stderr := calledIn(t.Context(), c.env, true, append(killArgs(api.URL), c.args...)...)
			assert.NotContains(t, stderr, "secret")
			if c.stderr != "" {
				assert.Equal(t, exitUsage, code)
				assert.Contains(t, stderr, c.stderr)
				assert.Empty(t, sent)
				return
			}
			assert.Equal(t, exitOK, code, stderr)
			assert.Equal(t, []string{c.token}, sent)
		})
	}
}

func TestTheLogHasALevel(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "dcs.yaml")
	require.NoError(t, os.WriteFile(file, []byte("listen: 127.0.0.1:0\n"), 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for level, lines := range map[string]bool{"debug": true, "info": true, "warn": false, "error": false} {
		code, _, stderr := calledIn(ctx, map[string]string{"DCS_LOG_LEVEL": level}, false, "serve", "--config", file)
		assert.Equal(t, exitOK, code, stderr)
		assert.Equal(t, lines, strings.Contains(stderr, `"level":"INFO"`), level)
	}
	code, _, stderr := called(ctx, false, "serve", "--config", file, "--log-level", "all")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `--log-level is "all", not debug, info, warn, error`)
}

// Ctrl-C during the kill of one node keeps the next node untouched.
func TestCtrlCDuringAKillPrintsWhatIsDone(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	ctx, cancel := context.WithCancel(t.Context())
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/kill") {
			api.Config.Handler.ServeHTTP(w, r)
			return
		}
		api.Config.Handler.ServeHTTP(httptest.NewRecorder(), r)
		cancel()
		<-r.Context().Done()
	}))
	defer front.Close()
	code, stdout, stderr := called(ctx, true, "kill", "--endpoint", front.URL, "--project", "p", "--instance", "i",
		"--all-nodes", "--filter", "name=leaky-*", "--yes")
	assert.Equal(t, exitInterrupted, code, stderr)
	assert.Regexp(t, `leaky-1 +app +unknown\n`, stdout)
	assert.Regexp(t, `leaky-2 +app +not killed\n`, stdout)
	assert.Contains(t, stdout, "0 of 2 killed, 1 not killed, 1 unknown\n")
	assert.True(t, strings.HasPrefix(stderr, "dcs-sessions: interrupted: "), stderr)
	assert.Len(t, api.Kills(), 1)
}
