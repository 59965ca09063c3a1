//go:build unix

package server_test

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/output"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
)

// serveOn serves a on loopback until stop is called, which returns the result of Serve.
func (a *api) serveOn(o server.ServeOptions) (url string, stop func() error) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(a.t, err)
	ctx, cancel := context.WithCancel(a.t.Context())
	served := make(chan error, 1)
	go func() { served <- a.Serve(ctx, ln, o) }()
	return "http://" + ln.Addr().String(), func() error {
		cancel()
		return <-served
	}
}

func TestAHungNodeDelaysNeitherCallersNorTheShutdown(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	url, stop := a.serveOn(server.ServeOptions{})
	require.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status)
	require.NoError(t, node.Pause())
	defer node.Resume() //nolint:errcheck // the test is over
	began := time.Now()
	var callers sync.WaitGroup
	for range 32 {
		callers.Go(func() {
			resp, err := http.DefaultTransport.RoundTrip(killRequest(t, context.Background(), url, "10.0.0.1:1"))
			if assert.NoError(t, err) {
				resp.Body.Close()
				assert.Contains(t, []int{500, 503}, resp.StatusCode)
			}
		})
	}
	a.awaitIntents(32)
	assert.NoError(t, stop())
	callers.Wait()
	assert.Less(t, time.Since(began), limit)
	assert.Empty(t, a.unfinished(), "each kill's outcome is recorded")
}

func TestOnlyATrustedProxyStatesTheRemoteAddress(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	for name, c := range map[string]struct {
		trusted []netip.Prefix
		remote  string
	}{
		"a trusted one":   {[]netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}, "192.0.2.7:"},
		"one that is not": {[]netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")}, "127.0.0.1:"},
	} {
		t.Run(name, func(t *testing.T) {
			a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
			url, stop := a.serveOn(server.ServeOptions{TrustedProxies: c.trusted})
			r := killRequest(t, t.Context(), url, "10.0.0.1:1")
			r.Header.Set("X-Forwarded-For", "198.51.100.1, 192.0.2.7")
			resp, err := http.DefaultTransport.RoundTrip(r)
			require.NoError(t, err)
			resp.Body.Close()
			require.Equal(t, 204, resp.StatusCode)
			require.NoError(t, stop())
			for _, line := range append(a.audit.records(t), a.log.lines(t, "request")...) {
				assert.Contains(t, line["remote"], c.remote)
			}
		})
	}
}

func TestABodyBeyondTheBudgetIsA503(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: node.Addr()}}}}}}})
	require.NoError(t, err)
	defer f.Close()
	a := start(t, server.Options{Fleet: f, Auth: testAuth(), Getenv: secrets, BodyBudget: 64 << 10})
	got := a.kill(killBody("10.0.0.1:1") + strings.Repeat(" ", 1<<20))
	assert.Equal(t, 503, got.status)
	assert.Equal(t, "APIGW.0308", got.fault.ErrorCode)
	assert.Equal(t, "1", got.header.Get("Retry-After"))
	assert.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status, "a small request still succeeds")
}

// A record whose write hangs counts as not written.
func TestNothingIsKilledIfTheAuditHangs(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	reader, err := os.OpenFile(path, os.O_RDWR, 0)
	require.NoError(t, err)
	defer reader.Close()
	audit, err := output.OpenFile(path)
	require.NoError(t, err)
	defer audit.Close()
	_, err = audit.Write(bytes.Repeat([]byte("x"), 1<<20)) // nothing reads the FIFO
	require.ErrorIs(t, err, output.ErrStuck)

	node := redistest.Start(t)
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: node.Addr()}}}}}}})
	require.NoError(t, err)
	defer f.Close()
	a := start(t, server.Options{Fleet: f, Auth: testAuth(), Getenv: secrets, Audit: audit})
	s := redistest.Dial(t, node.Addr(), "s")
	began := time.Now()
	got := a.killPeers(s)
	assert.Equal(t, 500, got.status)
	assert.Equal(t, "Nothing was killed.", got.details())
	assert.True(t, s.Open())
	assert.Equal(t, 200, a.send("GET", nodesPath, "", nil).status, "requests without an audit record succeed")
	assert.Less(t, time.Since(began), limit)
}

func TestAnAuditFIFOWithoutAReaderIsAConfigError(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(path, 0o600))
	config, err := server.LoadConfig(writeConfig(t, "listen: 127.0.0.1:0\naudit: "+path+"\n"), os.Getenv)
	require.NoError(t, err)
	_, err = config.OpenAudit(os.Stderr)
	assert.ErrorContains(t, err, "nobody reads this FIFO")
	assert.ErrorContains(t, err, ":2: audit")
}
