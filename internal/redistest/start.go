package redistest

import (
	"os"
	"testing"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

const noServer = "no redis-server or valkey-server on PATH"

// inCI reports whether a server must be installed.
func inCI() bool { return os.Getenv("CI") != "" }

// Start starts the real server that [localnode.Find] finds, with args, and stops it
// at the end of the test. Without a server it skips the test, or fails it if CI is
// set.
func Start(t testing.TB, args ...string) *localnode.Process {
	t.Helper()
	binary := localnode.Find()
	if binary == "" {
		if inCI() {
			t.Fatal(noServer)
		}
		t.Skip(noServer)
	}
	return startProcess(t, binary, args...)
}

// StartBinary starts the server at a path, and stops it at the end of the test.
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
