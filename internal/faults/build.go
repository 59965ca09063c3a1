package faults

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// Build builds dcs-sessions with the versions of the main module, as it is
// released. module is its directory.
func Build(ctx context.Context, module, binary string) error {
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/dcs-sessions")
	build.Dir = module
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build dcs-sessions: %w\n%s", err, out)
	}
	return nil
}

// Servers returns the servers on PATH and those that REDISTEST_SERVERS lists,
// each once.
func Servers() (all []string) {
	var seen []string
	add := func(binary string) {
		real, err := filepath.EvalSymlinks(binary)
		if err != nil {
			real = binary // its start will tell
		}
		if !slices.Contains(seen, real) {
			seen, all = append(seen, real), append(all, binary)
		}
	}
	for _, name := range localnode.Binaries {
		if binary, err := exec.LookPath(name); err == nil {
			add(binary)
		}
	}
	for _, binary := range filepath.SplitList(os.Getenv("REDISTEST_SERVERS")) {
		if binary != "" {
			add(binary)
		}
	}
	return all
}
