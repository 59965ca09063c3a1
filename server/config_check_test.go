package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// problemsOf checks a configuration, and returns its problems without the path
// of the file.
func problemsOf(t *testing.T, text string) []string {
	t.Helper()
	file := writeConfig(t, text)
	config, err := server.LoadConfig(file, func(name string) string {
		return map[string]string{"SHORT": "s3cret", "LONG": "a-secret-of-some-length"}[name]
	})
	require.NoError(t, err)
	f, err := config.OpenFleet(nil)
	require.NoError(t, err)
	defer f.Close()
	problems := []string{}
	for _, p := range config.Check(t.Context(), f) {
		problems = append(problems, strings.ReplaceAll(p.String(), file, "dcs.yaml"))
	}
	return problems
}

func TestCheckReportsTheProblemsOfAConfiguration(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	locked := redistest.Start(t, "--requirepass", "s3cret")
	open := filepath.Join(t.TempDir(), "open")
	require.NoError(t, os.WriteFile(open, []byte("a-secret-of-some-length"), 0o644))
	projects := fmt.Sprintf("projects: [{id: p, instances: [{id: i, nodes: [{id: n, address: %q}]}]}]\n", node.Addr())
	auth := func(tokens, keys string) string {
		return "auth: {tokens: [" + tokens + "], access_keys: [" + keys + "]}\n"
	}
	token := "{name: ops, sha256: " + digestA + ", projects: [p]}"
	for name, c := range map[string]struct {
		config string
		want   []string
	}{
		"a good configuration":      {"listen: 127.0.0.1:0\n" + projects, nil},
		"a token over plain HTTP":   {"listen: 0.0.0.0:0\n" + auth(token, "") + projects, []string{"warning: dcs.yaml:1: callers send tokens over plain HTTP"}},
		"no projects":               {"listen: 127.0.0.1:0\n", []string{"warning: dcs.yaml:1: there are no projects"}},
		"a project without any":     {"listen: 127.0.0.1:0\nprojects: [{id: p}]\n", []string{"warning: dcs.yaml:2: the project p has no instances"}},
		"an instance without nodes": {"listen: 127.0.0.1:0\nprojects:\n- id: p\n  instances:\n  - {id: i, nodes: []}\n", []string{"warning: project p, instance i: the instance has no nodes"}},
		"an expired token": {"listen: 127.0.0.1:0\n" + auth(strings.Replace(token, "}", ", expires: 2020-01-01T00:00:00Z}", 1), "") + projects,
			[]string{"warning: dcs.yaml:2: the token ops has expired"}},
		"a project that is not there": {"listen: 127.0.0.1:0\n" + auth(strings.Replace(token, "[p]", "[p, q]", 1), "") + projects,
			[]string{`warning: dcs.yaml:2: there is no project "q"`}},
		"a short secret": {"listen: 127.0.0.1:0\n" + auth("", "{name: k, access_key: AK, secret_key_env: SHORT, projects: ['*']}") + projects,
			[]string{"warning: dcs.yaml:2: the secret of the access key k has fewer than 16 characters"}},
		"a secret that others can read": {"listen: 127.0.0.1:0\n" + auth("", "{name: k, access_key: AK, secret_key_file: "+open+", projects: ['*']}") + projects,
			[]string{"warning: dcs.yaml:2: not only its owner can use " + open}},
		"no audit":            {"listen: 127.0.0.1:0\naudit: Off\n" + projects, []string{"warning: dcs.yaml:2: kills are not recorded anywhere"}},
		"every proxy trusted": {"listen: 127.0.0.1:0\ntrusted_proxies: [10.0.0.0/8, 0.0.0.0/0]\n" + projects, []string{"warning: dcs.yaml:2: every caller may forge its address"}},
		"nodes that cannot be managed": {"listen: 127.0.0.1:0\nprojects: [{id: p, instances: [{id: i, nodes: [{id: down, address: '127.0.0.1:1'}, {id: locked, address: '" + locked.Addr() + "'}]}]}]\n",
			[]string{"error: project p, instance i, node down: the node's host refuses the connection", "error: project p, instance i, node locked: the node requires a password"}},
		"one node twice": {"listen: 127.0.0.1:0\nprojects: [{id: p, instances: [{id: i, nodes: [{id: a, address: '" + node.Addr() + "'}, {id: b, address: '" + node.Addr() + "'}]}]}]\n",
			[]string{"warning: project p, instance i, node b: the node has the same address as project p, instance i, node a"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := problemsOf(t, c.config)
			require.Len(t, got, len(c.want), "%q", got)
			for i, want := range c.want {
				assert.Contains(t, got[i], want)
			}
			assert.NotContains(t, strings.Join(got, ""), "s3cret")
		})
	}
}

func TestAuditIsOffInAnyCase(t *testing.T) {
	for _, word := range []string{"off", "Off", "OFF", "false", "False", `"off"`} {
		dir := t.TempDir()
		t.Chdir(dir)
		config, err := server.LoadConfig(writeConfig(t, "listen: 127.0.0.1:0\naudit: "+word+"\n"), os.Getenv)
		require.NoError(t, err)
		audit, err := config.OpenAudit(os.Stderr)
		require.NoError(t, err)
		require.NoError(t, audit.Close())
		files, err := os.ReadDir(dir)
		require.NoError(t, err)
		assert.Empty(t, files, word)
	}
}

func TestATrustedProxyIsANetworkOrAnAddress(t *testing.T) {
	t.Parallel()
	load := func(text string) error {
		_, err := server.LoadConfig(writeConfig(t, "listen: 127.0.0.1:0\ntrusted_proxies: ["+text+"]\n"), os.Getenv)
		return err
	}
	for _, good := range []string{"10.0.0.0/8", "192.0.2.7", `"2001:db8::/32"`, `"2001:db8::1"`} {
		assert.NoError(t, load(good), good)
	}
	for name, bad := range map[string]string{
		"host bits": "10.0.0.1/8", "a length that is none": "10.0.0.0/33", "a name": "proxy.example",
		"IPv4 in IPv6, which no caller's address is": `"::ffff:10.0.0.0/104"`, "a port": `"10.0.0.1:80"`, "nothing": `""`,
	} {
		assert.ErrorContains(t, load("10.0.0.0/8, "+bad), ":2: trusted_proxies[1]: ", name)
	}
}
