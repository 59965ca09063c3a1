package faults

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// Build builds dcs-sessions in the directory of the main module, with the versions of
// its dependencies.
func Build(ctx context.Context, module, binary string) error {
	build := exec.CommandContext(ctx, "go", "build", "-o", binary, "./cmd/dcs-sessions")
	build.Dir = module
	if out, err := build.CombinedOutput(); err != nil {
		return fmt.Errorf("build dcs-sessions: %w\n%s", err, out)
	}
	return nil
}

// Servers returns the servers on PATH and in REDISTEST_SERVERS.
func Servers() []string {
	found, _ := localnode.FindAll(filepath.SplitList(os.Getenv("REDISTEST_SERVERS")))
	return found
}
