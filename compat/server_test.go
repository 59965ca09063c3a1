package compat

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/logtest"
)

var command string // the file of dcs-sessions

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "compat-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		command = filepath.Join(dir, "dcs-sessions")
		build := exec.Command("go", "build", "-o", command, "./cmd/dcs-sessions")
		build.Dir = ".." // with the main module's versions, as it is released
		build.Stderr = os.Stderr
		if err := build.Run(); err != nil {
			fmt.Fprintln(os.Stderr, "build dcs-sessions:", err)
			return 1
		}
		os.Setenv("HOME", dir) // the SDK writes an id of its own there
		return m.Run()
	}())
}

// configuration has project p with instance i, and project other.
const configuration = `
listen: 127.0.0.1:0
audit: "%s"
auth:
  access_keys:
    - {name: deploy, access_key: AKDEPLOY, secret_key_env: SK_DEPLOY, projects: ["p"]}
    - {name: night, access_key: AKNIGHT, secret_key_env: SK_NIGHT, projects: ["p"], security_token_sha256: %s}
    - {name: lister, access_key: AKLISTER, secret_key_env: SK_LISTER, projects: ["p"], actions: ["dcs:clients:list"]}
    - {name: killer, access_key: AKKILLER, secret_key_env: SK_KILLER, projects: ["p"], actions: ["dcs:clients:kill"]}
    - {name: other, access_key: AKOTHER, secret_key_env: SK_OTHER, projects: ["other"]}
projects:
  - id: p
    instances:
      - id: i
        nodes: [%s]
  - id: other
`

// A key is an access key, as the SDK's user gets it from the service.
type key struct{ access, secret, securityToken, project string }

var (
	deploy = key{access: "AKDEPLOY", secret: "sk-of-deploy", project: "p"}
	night  = key{access: "AKNIGHT", secret: "sk-of-night", securityToken: "night+token/=", project: "p"} // temporary
	lister = key{access: "AKLISTER", secret: "sk-of-lister", project: "p"}                               // may list, no more
	killer = key{access: "AKKILLER", secret: "sk-of-killer", project: "p"}                               // may kill, no more
	other  = key{access: "AKOTHER", secret: "sk-of-other", project: "other"}                             // is for another project
)

// A process is a run of the command, with its log.
type process struct {
	t         *testing.T
	url       string
	log       *logtest.Buffer
	auditFile string // of serve
}

// serve runs dcs-sessions serve for the nodes at addrs: n, m and o, in this order.
func serve(t *testing.T, addrs ...string) *process {
	t.Helper()
	dir := t.TempDir()
	config, audit := filepath.Join(dir, "dcs-sessions.yaml"), filepath.Join(dir, "audit.jsonl")
	digest := sha256.Sum256([]byte(night.securityToken))
	var nodes []string
	for i, addr := range addrs {
		nodes = append(nodes, fmt.Sprintf("{id: %c, name: node %[1]c, address: %q}", "nmo"[i], addr))
	}
	text := fmt.Appendf(nil, configuration, audit, hex.EncodeToString(digest[:]), strings.Join(nodes, ", "))
	require.NoError(t, os.WriteFile(config, text, 0o600))
	p := run(t, "serve", "--config", config)
	p.auditFile = audit
	return p
}

// run runs the command until the end of the test, and returns when it listens.
func run(t *testing.T, args ...string) *process {
	t.Helper()
	p := &process{t: t, log: &logtest.Buffer{}}
	cmd := exec.Command(command, args...)
	cmd.Env = append(os.Environ(), "SK_DEPLOY="+deploy.secret, "SK_NIGHT="+night.secret, "SK_LISTER="+lister.secret, "SK_KILLER="+killer.secret, "SK_OTHER="+other.secret)
	cmd.Stderr = p.log
	require.NoError(t, cmd.Start())
	t.Cleanup(func() {
		require.NoError(t, cmd.Process.Signal(os.Interrupt))
		assert.NoError(t, cmd.Wait())
		for _, secret := range []string{deploy.secret, night.secret, night.securityToken, lister.secret, killer.secret, other.secret} {
			assert.NotContains(t, p.log.String(), secret)
		}
	})
	p.url = "http://" + p.logged("listening", nil)["addr"].(string)
	return p
}

func (p *process) host() string { return strings.TrimPrefix(p.url, "http://") }

// logged waits for the record with this message and these values, because the server
// writes the line of a request after its response.
func (p *process) logged(message string, values map[string]any) (found map[string]any) {
	p.t.Helper()
	require.Eventually(p.t, func() bool {
		for _, record := range p.records(message) {
			fits := true
			for name, value := range values {
				fits = fits && record[name] == value
			}
			if fits {
				found = record
				return true
			}
		}
		return false
	}, 20*time.Second, time.Millisecond, "no %s with %v in\n%s", message, values, p.log)
	return found
}

// records returns the records with this message so far.
func (p *process) records(message string) (found []map[string]any) {
	p.t.Helper()
	for line := range strings.Lines(p.log.String()) {
		var record map[string]any
		if !strings.HasSuffix(line, "\n") { // it is still being written
			break
		}
		require.NoError(p.t, json.Unmarshal([]byte(line), &record), line)
		if record["msg"] == message {
			found = append(found, record)
		}
	}
	return found
}
