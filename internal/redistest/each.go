package redistest

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// serversEnv lists more servers, paths joined by os.PathListSeparator.
const serversEnv = "REDISTEST_SERVERS"

// Each runs f as a subtest on a fresh node of every kind there is: the embedded
// node, the servers on PATH, and those of REDISTEST_SERVERS. What PATH lacks is
// logged; a server that is there but does not start fails the test.
func Each(t *testing.T, f func(t *testing.T, node localnode.Node)) {
	t.Helper()
	embedded, err := fakeredis.Start()
	if err != nil {
		t.Fatal(err)
	}
	closeAtEnd(t, embedded)
	run(t, embedded, f)

	Processes(t, func(t *testing.T, node *localnode.Process) { f(t, node) })
}

// Processes is Each without the embedded node, for what is done to a process or
// needs its args.
func Processes(t *testing.T, f func(t *testing.T, node *localnode.Process), args ...string) {
	t.Helper()
	found, missing := servers()
	if len(missing) > 0 {
		t.Logf("not on PATH, so not tested from there: %s", strings.Join(missing, ", "))
	}
	for _, binary := range found {
		node := startProcess(t, binary, args...)
		run(t, node, func(t *testing.T, _ localnode.Node) { f(t, node) })
	}
}

func run(t *testing.T, node localnode.Node, f func(*testing.T, localnode.Node)) {
	t.Helper()
	// t.Run makes the name's spaces underscores.
	t.Run(node.Kind(), func(t *testing.T) { f(t, node) })
}

// servers returns each server once: one name may be a link to another.
func servers() (found, missing []string) {
	var seen []string
	add := func(binary string) {
		real, err := filepath.EvalSymlinks(binary)
		if err != nil {
			real = binary // its start will tell
		}
		if !slices.Contains(seen, real) {
			seen = append(seen, real)
			found = append(found, binary)
		}
	}
	for _, name := range localnode.Binaries {
		if binary, err := exec.LookPath(name); err == nil {
			add(binary)
		} else {
			missing = append(missing, name)
		}
	}
	for _, binary := range filepath.SplitList(os.Getenv(serversEnv)) {
		if binary != "" {
			add(binary)
		}
	}
	return found, missing
}
