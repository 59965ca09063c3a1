package server_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/logtest"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

const (
	opsToken    = "ops-token"    // may touch every project
	otherToken  = "other-token"  // may touch project other
	listerToken = "lister-token" // may list, no more
	killerToken = "killer-token" // may kill, no more
	oldToken    = "old-token"    // has expired
	killPath    = "/v2/p/instances/i/clients/kill"
)

// The access keys that every api knows, except strangerKey.
var (
	opsKey      = signature.Key{AccessKeyID: "AKOPS", SecretKey: "sk-of-ops"}                                  // may touch every project
	otherKey    = signature.Key{AccessKeyID: "AKOTHER", SecretKey: "sk-of-other"}                              // may touch project other
	listerKey   = signature.Key{AccessKeyID: "AKLISTER", SecretKey: "sk-of-lister"}                            // may list, no more
	tempKey     = signature.Key{AccessKeyID: "AKTEMP", SecretKey: "sk-of-temp", SecurityToken: "temp-token+/"} // is bound to its token
	strangerKey = signature.Key{AccessKeyID: "AKSTRANGER", SecretKey: "sk-of-stranger"}
)

// testAuth has the credentials of every api; secrets has the secrets of its keys.
func testAuth() server.Auth {
	key := func(name string, k signature.Key, project string) server.AccessKey {
		return server.AccessKey{Name: name, AccessKey: k.AccessKeyID, SecretKeyEnv: k.AccessKeyID, Projects: []string{project}}
	}
	auth := server.Auth{
		Tokens: []server.Token{
			{Name: "ops", SHA256: digest(opsToken), Projects: []string{"*"}},
			{Name: "other", SHA256: digest(otherToken), Projects: []string{"other"}},
			{Name: "lister", SHA256: digest(listerToken), Projects: []string{"*"}, Actions: []string{server.ActionList}},
			{Name: "killer", SHA256: digest(killerToken), Projects: []string{"*"}, Actions: []string{server.ActionKill}},
			{Name: "old", SHA256: digest(oldToken), Projects: []string{"*"}, Expires: "2026-01-01T01:00:00+01:00"},
		},
		AccessKeys: []server.AccessKey{key("ops-key", opsKey, "*"), key("other-key", otherKey, "other"), key("lister-key", listerKey, "*"), key("temp-key", tempKey, "p")},
	}
	auth.AccessKeys[2].Actions = []string{server.ActionList}
	auth.AccessKeys[3].SecurityTokenSHA256 = digest(tempKey.SecurityToken)
	return auth
}

func secrets(name string) string {
	for _, k := range []signature.Key{opsKey, otherKey, listerKey, tempKey} {
		if k.AccessKeyID == name {
			return k.SecretKey
		}
	}
	return ""
}

// limit is an upper bound for a request and for a shutdown, with a reserve for a busy
// machine.
const limit = 12 * time.Second

// An api is a server for one instance, with its log and its audit.
type api struct {
	*server.API
	t          *testing.T
	url        string
	log, audit *logBuffer
}

// startAPI serves project p, instance i, node n at the address of a Redis node.
func startAPI(t *testing.T, node fleet.NodeConfig) *api {
	node.ID = "n"
	return startInstance(t, node)
}

// startInstance serves project p, instance i with these nodes, and the project other,
// which is empty. The environment variable NODE_PASSWORD is s3cret for its nodes.
func startInstance(t *testing.T, nodes ...fleet.NodeConfig) *api {
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{
		{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: nodes}, {ID: "empty"}}},
		{ID: "other"},
	}, Getenv: func(name string) string { return map[string]string{"NODE_PASSWORD": "s3cret"}[name] }})
	require.NoError(t, err)
	t.Cleanup(func() { f.Close() })
	return start(t, server.Options{Fleet: f, Auth: testAuth(), Getenv: secrets})
}

// start serves an API with these options. It collects the log and, unless o has an
// audit, the audit.
func start(t *testing.T, o server.Options) *api {
	a := &api{t: t, log: &logBuffer{}, audit: &logBuffer{}}
	o.Log = slog.New(slog.NewJSONHandler(a.log, nil))
	if o.Audit == nil {
		o.Audit = a.audit
	}
	var err error
	a.API, err = server.New(o)
	require.NoError(t, err)
	srv := httptest.NewServer(a)
	t.Cleanup(func() {
		srv.Close()
		assert.NoError(t, a.Close(context.Background()))
	})
	a.url = srv.URL
	return a
}

// startInProcess serves every kill with success and every other operation with
// a panic. It has no listener and no node: send it requests by ServeHTTP. It also
// works in a synctest bubble.
func startInProcess(t *testing.T) *api {
	a := &api{t: t, url: "http://localhost", log: &logBuffer{}}
	var err error
	a.API, err = server.NewWith(server.Options{Log: slog.New(slog.NewJSONHandler(a.log, nil)), Auth: testAuth(), Getenv: secrets}, noKills{})
	require.NoError(t, err)
	t.Cleanup(func() { assert.NoError(t, a.Close(context.Background())) })
	return a
}

func digest(token string) string {
	sum := sha256.Sum256([]byte(token))
	return hex.EncodeToString(sum[:])
}

// A response is an HTTP response whose body has been read.
type response struct {
	status int
	header http.Header
	body   string
	fault  gen.ErrorResponse // of an error
}

// kill sends body as the kill request of project p, instance i.
func (a *api) kill(body string) response { return a.send(http.MethodPost, killPath, body, nil) }

func (a *api) killPeers(of ...*redistest.Session) response {
	var addrs []string
	for _, s := range of {
		addrs = append(addrs, s.Addr())
	}
	return a.kill(killBody(addrs...))
}

func killBody(addrs ...string) string {
	body, _ := json.Marshal(gen.HangUpClientsRequest{NodeID: "n", ClientAddrs: addrs})
	return string(body)
}

// send sends a request and asserts what is true of every response. A header with an
// empty value is not sent.
func (a *api) send(method, path, body string, header map[string]string) response {
	a.t.Helper()
	req, err := http.NewRequest(method, a.url+path, strings.NewReader(body))
	require.NoError(a.t, err)
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("X-Auth-Token", opsToken)
	for name, value := range header {
		if req.Header.Set(name, value); value == "" {
			req.Header.Del(name)
		}
	}
	return a.do(req)
}

// do sends a request and asserts what is true of every response: it has a request id,
// and an error has the API's form.
func (a *api) do(req *http.Request) response {
	a.t.Helper()
	resp, err := http.DefaultTransport.RoundTrip(req)
	require.NoError(a.t, err)
	defer resp.Body.Close()
	data, err := io.ReadAll(resp.Body)
	require.NoError(a.t, err)
	got := response{status: resp.StatusCode, header: resp.Header, body: string(data)}
	assert.NotEmpty(a.t, got.header.Get("X-Request-Id"))
	if got.status == http.StatusNoContent {
		assert.Empty(a.t, got.body)
		return got
	}
	assert.Equal(a.t, "application/json", got.header.Get("Content-Type"))
	if got.status == http.StatusOK {
		return got
	}
	require.NoError(a.t, json.Unmarshal(data, &got.fault), got.body)
	assert.NotEmpty(a.t, got.fault.ErrorCode)
	assert.NotEmpty(a.t, got.fault.ErrorMsg)
	return got
}

func (got response) details() string {
	if got.fault.ErrorExtMsg == "" {
		return ""
	}
	return got.fault.ErrorExtMsg
}

// A logBuffer is a log that a test may read during a write.
type logBuffer struct{ logtest.Buffer }

// lines returns the records with this message.
func (b *logBuffer) lines(t *testing.T, message string) (records []map[string]any) {
	for _, record := range b.records(t) {
		if record["msg"] == message {
			records = append(records, record)
		}
	}
	return records
}

// records returns all lines.
func (b *logBuffer) records(t *testing.T) (records []map[string]any) {
	t.Helper()
	for line := range strings.Lines(b.String()) {
		var record map[string]any
		require.NoError(t, json.Unmarshal([]byte(line), &record), line)
		records = append(records, record)
	}
	return records
}

// TestMain runs more tests at the same time than there are CPUs, because they
// mostly wait for nodes. The flag -parallel overrides it.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", "8")
	}
	os.Exit(m.Run())
}
