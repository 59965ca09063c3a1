package localnode

import (
	"context"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
)

// Redis and Valkey print the same form for --version: "Redis server v=7.0.15 sha=…".
var versionLine = regexp.MustCompile(`^(\w+) server v=(\S+)`)

// kindOf runs the binary with --version, because its name can be wrong:
// distributions link redis-server to valkey-server.
func kindOf(ctx context.Context, binary string) string {
	out, err := exec.CommandContext(ctx, binary, "--version").Output()
	if m := versionLine.FindSubmatch(out); err == nil && m != nil {
		return strings.ToLower(string(m[1])) + "-server " + string(m[2])
	}
	return filepath.Base(binary)
}
