package server_test

import (
	"context"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

// startFromFile serves the configuration of a file with one token, ops, and one
// access key, whose secret is in secretFile.
func startFromFile(t *testing.T, node string) (a *api, config *server.Config, file, secretFile string) {
	dir := t.TempDir()
	file, secretFile = filepath.Join(dir, "dcs.yaml"), filepath.Join(dir, "sk")
	write(t, secretFile, opsKey.SecretKey+"\n")
	write(t, file, `listen: 127.0.0.1:0
auth:
  tokens: [{name: ops, sha256: `+digest(opsToken)+`, projects: ["*"]}]
  access_keys: [{name: ops-key, access_key: AKOPS, secret_key_file: `+secretFile+`, projects: [p]}]
projects:
  - id: p
    instances: [{id: i, nodes: [{id: n, address: "`+node+`"}]}]
`)
	config, err := server.LoadConfig(file, os.Getenv)
	require.NoError(t, err)
	f, err := config.OpenFleet(nil)
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	a = start(t, server.Options{Fleet: f, Auth: config.Auth})
	return a, config, file, secretFile
}

func write(t *testing.T, file, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(file, []byte(text), 0o600))
}

func edit(t *testing.T, file, old, new string) {
	t.Helper()
	text, err := os.ReadFile(file)
	require.NoError(t, err)
	require.Contains(t, string(text), old)
	write(t, file, strings.Replace(string(text), old, new, 1))
}

const refusedLine = "the new credentials are invalid; the old ones stay"

func TestReloadReplacesTheCredentials(t *testing.T) {
	t.Parallel()
	a, config, file, secretFile := startFromFile(t, redistest.Start(t).Addr())
	body := killBody("10.0.0.1:1")
	newKey := signature.Key{AccessKeyID: opsKey.AccessKeyID, SecretKey: "sk-that-is-new"}
	assert.Equal(t, 204, a.do(a.signed(opsKey, body)).status)

	write(t, secretFile, newKey.SecretKey)
	assert.Equal(t, 401, a.do(a.signed(newKey, body)).status, "Reload has not been called yet")
	a.Reload(config)
	assert.Equal(t, 204, a.do(a.signed(newKey, body)).status)
	assert.Equal(t, 401, a.do(a.signed(opsKey, body)).status)

	edit(t, file, digest(opsToken), digest("new-token"))
	a.Reload(config)
	assert.Equal(t, 401, a.kill(body).status)
	assert.Equal(t, 204, a.send("POST", killPath, body, map[string]string{"X-Auth-Token": "new-token"}).status)

	loaded := a.log.lines(t, "credentials loaded")
	require.Len(t, loaded, 2)
	assert.EqualValues(t, 1, loaded[1]["tokens"])
	assert.EqualValues(t, 1, loaded[1]["access_keys"])
	assert.NotContains(t, a.log.String(), "restart")
	assert.NotContains(t, a.log.String(), "sk-")
}

func TestReloadOfAnInvalidFileKeepsTheCredentials(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		spoil func(t *testing.T, file, secretFile string)
		want  string // of the log's error
	}{
		"an unknown key":    {func(t *testing.T, file, _ string) { edit(t, file, "auth:", "auth:\n  nope: 1") }, "FILE:3: field nope not found"},
		"a bad digest":      {func(t *testing.T, file, _ string) { edit(t, file, digest(opsToken), "hunter2") }, "FILE:3: auth.tokens[0].sha256: not the SHA-256 of a token: 64 lower-case hexadecimal digits"},
		"no file":           {func(t *testing.T, file, _ string) { require.NoError(t, os.Remove(file)) }, "read the configuration: open FILE: no such file or directory"},
		"an empty secret":   {func(t *testing.T, _, secretFile string) { write(t, secretFile, "\n") }, "FILE:4: auth.access_keys[0].secret_key_file: the file SECRET is empty"},
		"no secret":         {func(t *testing.T, _, secretFile string) { require.NoError(t, os.Remove(secretFile)) }, "FILE:4: auth.access_keys[0].secret_key_file: open SECRET: no such file or directory"},
		"no credential":     {func(t *testing.T, file, _ string) { write(t, file, "listen: 127.0.0.1:0\n") }, "server: Auth: a server with credentials cannot continue without any"},
		"a listener's typo": {func(t *testing.T, file, _ string) { edit(t, file, "127.0.0.1:0", "nowhere") }, `FILE:1: listen: the address "nowhere" is not host:port`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a, config, file, secretFile := startFromFile(t, redistest.Start(t).Addr())
			c.spoil(t, file, secretFile)
			a.Reload(config)
			refused := a.log.lines(t, refusedLine)
			require.Len(t, refused, 1)
			assert.Equal(t, "ERROR", refused[0]["level"])
			assert.Equal(t, c.want, strings.NewReplacer(file, "FILE", secretFile, "SECRET").Replace(refused[0]["error"].(string)))
			assert.Empty(t, a.log.lines(t, "credentials loaded"))
			assert.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status)
			assert.Equal(t, 204, a.do(a.signed(opsKey, killBody("10.0.0.1:1"))).status)
			assert.NotContains(t, a.log.String(), "hunter2")
		})
	}
}

func TestReloadLogsWhatNeedsARestart(t *testing.T) {
	t.Parallel()
	for key, change := range map[string][2]string{
		"listen":   {"127.0.0.1:0", "127.0.0.1:1"},
		"audit":    {"listen:", "audit: off\nlisten:"},
		"projects": {"{id: n,", "{id: m,"},
	} {
		a, config, file, _ := startFromFile(t, redistest.Start(t).Addr())
		edit(t, file, change[0], change[1])
		edit(t, file, digest(opsToken), digest("new-token"))
		a.Reload(config)
		warned := a.log.lines(t, "a changed configuration key needs a restart")
		require.Len(t, warned, 1)
		assert.Equal(t, key, warned[0]["key"])
		assert.Equal(t, 204, a.send("POST", killPath, killBody("10.0.0.1:1"), map[string]string{"X-Auth-Token": "new-token"}).status, "the new credentials are valid")
	}
}

func TestAServerWithoutCredentialsMayGetSome(t *testing.T) {
	t.Parallel()
	f, err := fleet.New(fleet.Options{})
	require.NoError(t, err)
	api, err := server.New(server.Options{Fleet: f, Getenv: secrets})
	require.NoError(t, err)
	require.NoError(t, api.SetAuth(server.Auth{}))
	require.NoError(t, api.SetAuth(testAuth()))
	assert.Error(t, api.SetAuth(server.Auth{}))
	rec := httptest.NewRecorder()
	api.ServeHTTP(rec, httptest.NewRequest("POST", killPath, nil))
	assert.Equal(t, 401, rec.Code)
}

func TestARequestInProgressKeepsItsCredentials(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a, config, file, _ := startFromFile(t, node.Addr())
	s := redistest.Dial(t, node.Addr(), "s")
	require.NoError(t, node.Pause())
	answered := make(chan int, 1)
	go func() { answered <- a.killPeers(s).status }()
	a.awaitIntents(1) // the kill now waits for the node
	edit(t, file, digest(opsToken), digest("new-token"))
	a.Reload(config)
	assert.Equal(t, 401, a.kill(killBody("10.0.0.1:1")).status)
	require.NoError(t, node.Resume())
	assert.Equal(t, 204, <-answered)
	assert.True(t, s.Closed())
}

// The race detector checks that credentials may change during requests.
func TestReloadDuringRequests(t *testing.T) {
	t.Parallel()
	a, config, _, _ := startFromFile(t, redistest.Start(t).Addr())
	ctx, stop := context.WithCancel(t.Context())
	var reloads, requests sync.WaitGroup
	reloads.Go(func() {
		for ctx.Err() == nil {
			a.Reload(config)
		}
	})
	for range 4 {
		requests.Go(func() {
			for range 50 {
				assert.Equal(t, 204, a.do(a.signed(opsKey, killBody("10.0.0.1:1"))).status)
			}
		})
	}
	requests.Wait()
	stop()
	reloads.Wait()
}
