package faults

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

var built struct {
	sync.Once
	dir string
	err error
}

// buildOnce builds dcs-sessions once and returns its path.
func buildOnce(t *testing.T) string {
	t.Helper()
	built.Do(func() { built.err = Build(context.Background(), "../..", filepath.Join(built.dir, "dcs-sessions")) })
	require.NoError(t, built.err)
	return filepath.Join(built.dir, "dcs-sessions")
}

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if built.dir, err = os.MkdirTemp("", "faults-binary-"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(built.dir)
		return m.Run()
	}())
}

// The short run has each fault once on each server.
func TestTheServerKeepsItsGuaranteesUnderFaults(t *testing.T) {
	servers := Servers()
	if len(servers) == 0 {
		if os.Getenv("CI") != "" {
			t.Fatal("no redis-server or valkey-server on PATH")
		}
		t.Skip("no redis-server or valkey-server on PATH")
	}
	report, err := Run(t.Context(), Options{
		Binary: buildOnce(t), Servers: servers, Seed: 1, Addrs: 5000 * len(servers), Sessions: 280, Pace: Short,
		Log: slog.New(slog.NewTextHandler(t.Output(), nil)),
	})
	require.NoError(t, err)
	t.Log("\n" + report.Markdown())
	assert.Empty(t, report.Violations())

	// A run in which nothing was killed or nothing failed proves nothing.
	total := report.Total()
	node, link, server := Faults()
	assert.Len(t, report.Rows, len(node)+len(link)+len(server))
	assert.GreaterOrEqual(t, total.Checked, 5000*len(servers))
	assert.NotZero(t, total.Killed)
	assert.NotZero(t, total.Gone)
	assert.NotZero(t, total.Replaced)
	assert.NotZero(t, total.Statuses[500])
	assert.NotZero(t, total.Statuses[503])
}
