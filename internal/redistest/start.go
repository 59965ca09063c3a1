package redistest

import (
	"os"
	"testing"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// Start starts the real server that localnode.Find finds, with args, and stops
// it at the test's end. Without one the test is skipped, but where CI is set it
// fails: there a server is meant to be installed.
func Start(t testing.TB, args ...string) *localnode.Process {
	t.Helper()
	binary := localnode.Find()
	if binary == "" {
		const missing = "no redis-server or valkey-server on PATH"
		if os.Getenv("CI") != "" {
			t.Fatal(missing)
		}
		t.Skip(missing)
	}
	return startProcess(t, binary, args...)
}

// StartBinary starts a server's program, and stops it at the test's end.
func StartBinary(t testing.TB, binary string, args ...string) *localnode.Process {
	t.Helper()
	return startProcess(t, binary, args...)
}

func startProcess(t testing.TB, binary string, args ...string) *localnode.Process {
	t.Helper()
	p, err := localnode.StartProcess(t.Context(), binary, args...)
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, p)
	return p
}

func closeAtEnd(t testing.TB, node localnode.Node) {
	t.Cleanup(func() {
		if err := node.Close(); err != nil {
			t.Errorf("close %s: %v", node.Kind(), err)
		}
	})
}
