package redistest

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// serversEnv lists more servers, separated by os.PathListSeparator.
const serversEnv = "REDISTEST_SERVERS"

// Each runs f as a subtest on a new server of every kind: the fake, the servers on
// PATH, and those in REDISTEST_SERVERS. It logs which servers are not on PATH. A
// server that does not start fails the test. If CI is set, at least one real server
// must be there.
func Each(t *testing.T, f func(t *testing.T, node localnode.Node)) {
	t.Helper()
	fake, err := fakeredis.Start()
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, fake)
	run(t, fake, f)

	Processes(t, func(t *testing.T, node *localnode.Process) { f(t, node) })
}

// Processes is [Each] without the fake, for tests of a process or of its args.
func Processes(t *testing.T, f func(t *testing.T, node *localnode.Process), args ...string) {
	t.Helper()
	found, missing := localnode.FindAll(filepath.SplitList(os.Getenv(serversEnv)))
	if len(found) == 0 && inCI() {
		t.Fatal(noServer)
	}
	if len(missing) > 0 {
		t.Logf("not tested, because they are not on PATH: %s", strings.Join(missing, ", "))
	}
	for _, binary := range found {
		node := startProcess(t, binary, args...)
		run(t, node, func(t *testing.T, _ localnode.Node) { f(t, node) })
	}
}

func run(t *testing.T, node localnode.Node, f func(*testing.T, localnode.Node)) {
	t.Helper()
	// t.Run replaces the spaces of the name with underscores.
	t.Run(node.Kind(), func(t *testing.T) { f(t, node) })
}
