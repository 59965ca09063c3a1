//go:build unix

package main

import (
	"bytes"
	"context"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/logtest"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

func TestSIGHUPReadsTheCredentialsAgain(t *testing.T) {
	dir := t.TempDir()
	audit := filepath.Join(dir, "audit.jsonl")
	file, secretFile := filepath.Join(dir, "dcs.yaml"), filepath.Join(dir, "sk")
	write := func(file, text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	write(secretFile, "sk-of-before\n")
	write(file, `listen: 127.0.0.1:0
audit: `+audit+`
auth:
  access_keys:
    - {name: a, access_key: AKA, secret_key_file: `+secretFile+`, projects: ["*"]}
    - {name: b, access_key: AKB, secret_key_env: SK_B, projects: ["*"]}
`)
	log, stop := startServe(t, file, func(name string) string {
		return map[string]string{"SK_B": "sk-of-b"}[name]
	})
	says := func(pattern string) []string {
		t.Helper()
		return awaitLog(t, log, pattern)
	}
	addr := says(`"msg":"listening","addr":"([^"]+)"`)[1]
	status := func(access, secret string) int {
		r, err := http.NewRequest("POST", "http://"+addr+"/v2/p/instances/i/clients/kill", strings.NewReader("{}"))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		require.NoError(t, signature.Sign(r, []byte("{}"), signature.Key{AccessKeyID: access, SecretKey: secret}, time.Now()))
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		resp.Body.Close()
		return resp.StatusCode
	}
	assert.Equal(t, 400, status("AKA", "sk-of-before"), "the key is known, and the body is invalid")
	assert.Equal(t, 400, status("AKB", "sk-of-b"))

	write(secretFile, "sk-of-after\n")
	require.NoError(t, os.Rename(audit, audit+".1"))
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	says(`"msg":"credentials loaded".*"access_keys":2`)
	assert.Equal(t, 401, status("AKA", "sk-of-before"))
	assert.Equal(t, 400, status("AKA", "sk-of-after"))
	assert.FileExists(t, audit, "the audit log is reopened")

	require.NoError(t, os.Remove(audit))
	require.NoError(t, os.Mkdir(audit, 0o700))
	write(file, "nope: 1\n")
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	says(`"level":"ERROR","msg":"the new credentials are invalid; the old ones stay","error":"[^"]*:1: field nope not found"`)
	says(`"level":"ERROR","msg":"the audit log cannot be reopened, the old file stays in use"`)
	assert.Equal(t, 400, status("AKA", "sk-of-after"))

	assert.Equal(t, exitOK, stop())
	assert.NotContains(t, log.String(), "sk-of")
}

func TestAKillAllEndsWithTheServer(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	dir := t.TempDir()
	file, audit := filepath.Join(dir, "dcs.yaml"), filepath.Join(dir, "audit.jsonl")
	require.NoError(t, os.WriteFile(file, []byte(`listen: 127.0.0.1:0
audit: `+audit+`
projects: [{id: p, instances: [{id: i, nodes: [{id: n, address: "`+node.Addr()+`"}]}]}]
`), 0o600))
	log, stop := startServe(t, file, os.Getenv)
	addr := awaitLog(t, log, `"msg":"listening","addr":"([^"]+)"`)[1]
	s := redistest.Dial(t, node.Addr(), "s")
	require.NoError(t, node.Pause())
	resp, err := http.Post("http://"+addr+"/v2/p/instances/i/clients/kill-all", "application/json", strings.NewReader(`{"kill_all_nodes":true}`))
	require.NoError(t, err)
	resp.Body.Close()
	require.Equal(t, 200, resp.StatusCode)
	code := make(chan int, 1)
	go func() { code <- stop() }()
	awaitLog(t, log, `"msg":"stopping"`)
	require.NoError(t, node.Resume())
	assert.Equal(t, exitOK, <-code)
	records, err := os.ReadFile(audit)
	require.NoError(t, err)
	assert.Regexp(t, `^\{.*"event":"intent".*\}\n\{.*"event":"outcome".*"error":"the server was stopped: .*\}\n$`, string(records))
	assert.True(t, s.Open())
}

// startServe runs serve with a configuration file. stop is Ctrl-C, and returns the
// exit code.
func startServe(t *testing.T, file string, getenv func(string) string) (log *logtest.Buffer, stop func() int) {
	ctx, cancel := context.WithCancel(t.Context())
	log = &logtest.Buffer{}
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--config", file}, getenv, stdio{in: strings.NewReader(""), out: &bytes.Buffer{}, err: log})
	}()
	return log, func() int {
		cancel()
		return <-ended
	}
}

// awaitLog waits until the log matches a pattern, and returns the groups.
func awaitLog(t *testing.T, log *logtest.Buffer, pattern string) []string {
	t.Helper()
	expression := regexp.MustCompile(pattern)
	require.Eventually(t, func() bool { return expression.MatchString(log.String()) }, 20*time.Second, time.Millisecond, "%s", log)
	return expression.FindStringSubmatch(log.String())
}
