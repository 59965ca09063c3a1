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

	"github.com/dcs-sessions/dcs-sessions/signature"
)

func TestSIGHUPReadsTheCredentialsAnew(t *testing.T) {
	dir := t.TempDir()
	file, secretFile := filepath.Join(dir, "dcs.yaml"), filepath.Join(dir, "sk")
	write := func(file, text string) { require.NoError(t, os.WriteFile(file, []byte(text), 0o600)) }
	write(secretFile, "sk-of-before\n")
	write(file, `listen: 127.0.0.1:0
auth:
  access_keys:
    - {name: a, access_key: AKA, secret_key_file: `+secretFile+`, projects: ["*"]}
    - {name: b, access_key: AKB, secret_key_env: SK_B, projects: ["*"]}
`)
	ctx, stop := context.WithCancel(t.Context())
	var log syncBuffer
	ended := make(chan int, 1)
	go func() {
		ended <- run(ctx, []string{"serve", "--config", file}, func(name string) string {
			return map[string]string{"SK_B": "sk-of-b"}[name]
		}, stdio{in: strings.NewReader(""), out: &bytes.Buffer{}, err: &log})
	}()
	says := func(pattern string) []string {
		t.Helper()
		expression := regexp.MustCompile(pattern)
		require.Eventually(t, func() bool { return expression.MatchString(log.String()) }, 20*time.Second, time.Millisecond, "%s", &log)
		return expression.FindStringSubmatch(log.String())
	}
	addr := says(`"msg":"listening","addr":"([^"]+)"`)[1]
	status := func(access, secret string) int {
		r, err := http.NewRequest("POST", "http://"+addr+"/v2/p/instances/i/clients/kill", strings.NewReader("{}"))
		require.NoError(t, err)
		r.Header.Set("Content-Type", "application/json")
		require.NoError(t, signature.Sign(r, []byte("{}"), signature.Key{Access: access, Secret: secret}, time.Now()))
		resp, err := http.DefaultClient.Do(r)
		require.NoError(t, err)
		resp.Body.Close()
		return resp.StatusCode
	}
	assert.Equal(t, 400, status("AKA", "sk-of-before"), "it is known, and the body is bad")
	assert.Equal(t, 400, status("AKB", "sk-of-b"))

	write(secretFile, "sk-of-after\n")
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	says(`"msg":"credentials loaded".*"access_keys":2`)
	assert.Equal(t, 401, status("AKA", "sk-of-before"))
	assert.Equal(t, 400, status("AKA", "sk-of-after"))

	write(file, "nope: 1\n")
	require.NoError(t, syscall.Kill(os.Getpid(), syscall.SIGHUP))
	says(`"level":"ERROR","msg":"the new credentials are refused, the old ones stay","error":"[^"]*:1: field nope not found"`)
	assert.Equal(t, 400, status("AKA", "sk-of-after"))

	stop()
	assert.Equal(t, exitOK, <-ended)
	assert.NotContains(t, log.String(), "sk-of")
}
