package main

import (
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

var version = regexp.MustCompile(`v=\S+`)

// versions names the versions that were measured.
func (f family) versions(ctx context.Context) (string, error) {
	var text strings.Builder
	text.WriteString(runtime.Version())
	if len(f.modules) > 0 {
		args := append([]string{"list", "-m", "-f", "{{.Path}} {{.Version}}"}, f.modules...)
		out, err := exec.CommandContext(ctx, "go", args...).Output()
		if err != nil {
			return "", fmt.Errorf("list the modules: %w", err)
		}
		for line := range strings.Lines(string(out)) {
			fmt.Fprintf(&text, ", %s", strings.TrimPrefix(strings.TrimSpace(line), "github.com/"))
		}
	}
	if server := localnode.Find(); f.isKill() && server != "" {
		out, err := exec.CommandContext(ctx, server, "--version").Output()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&text, ", %s %s", filepath.Base(server), strings.TrimPrefix(version.FindString(string(out)), "v="))
	}
	return text.String() + ".", nil
}
