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

// measured are the modules whose versions are worth telling.
var measured = []string{
	"github.com/getkin/kin-openapi",
	"github.com/oapi-codegen/runtime",
	"github.com/oapi-codegen/nethttp-middleware",
	"github.com/pb33f/libopenapi-validator",
	"github.com/pb33f/libopenapi",
	"github.com/danielgtaylor/huma/v2",
}

var version = regexp.MustCompile(`v=\S+`)

// versions says what was measured.
func versions(ctx context.Context) (string, error) {
	args := append([]string{"list", "-m", "-f", "{{.Path}} {{.Version}}"}, measured...)
	out, err := exec.CommandContext(ctx, "go", args...).Output()
	if err != nil {
		return "", fmt.Errorf("list the modules: %w", err)
	}
	var text strings.Builder
	text.WriteString(runtime.Version())
	for line := range strings.Lines(string(out)) {
		fmt.Fprintf(&text, ", %s", strings.TrimPrefix(strings.TrimSpace(line), "github.com/"))
	}
	if server := localnode.Find(); server != "" {
		out, err := exec.CommandContext(ctx, server, "--version").Output()
		if err != nil {
			return "", err
		}
		fmt.Fprintf(&text, "; %s %s", filepath.Base(server), strings.TrimPrefix(version.FindString(string(out)), "v="))
	}
	return text.String() + ".\n", nil
}
