package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

const (
	prismPackage = "@stoplight/prism-cli"
	prismVersion = "5.16.0"
)

// parts decide about verdicts, and npm chooses their versions.
var parts = []string{"@stoplight/prism-http", "@stoplight/prism-http-server", "@stoplight/http-spec", "ajv"}

// A prism is an installed Prism.
type prism struct {
	bin   string
	about string // what it is, with its versions
}

func defaultCache() string {
	dir, err := os.UserCacheDir()
	if err != nil {
		dir = os.TempDir()
	}
	return filepath.Join(dir, "dcs-sessions-compare")
}

// install installs Prism in cache unless it is installed there. It does not run the
// install scripts of the dependencies: they are not needed, and one sends telemetry.
func install(ctx context.Context, cache string, log io.Writer) (*prism, error) {
	dir, err := filepath.Abs(filepath.Join(cache, "prism-"+prismVersion))
	if err != nil {
		return nil, err
	}
	done := filepath.Join(dir, "installed")
	if _, err := os.Stat(done); err != nil {
		fmt.Fprintf(log, "installing %s %s\n", prismPackage, prismVersion)
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return nil, err
		}
		cmd := exec.CommandContext(ctx, "npm", "install", "--prefix", dir, "--no-audit", "--no-fund", "--ignore-scripts",
			"--save-exact", prismPackage+"@"+prismVersion)
		cmd.Env = environment()
		group(cmd)
		if out, err := cmd.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("npm install %s@%s: %w\n%s", prismPackage, prismVersion, err, out)
		}
		if err := os.WriteFile(done, nil, 0o644); err != nil {
			return nil, err
		}
	}
	p := &prism{bin: filepath.Join(dir, "node_modules", ".bin", "prism")}
	got, err := versionOf(dir, prismPackage)
	if err != nil {
		return nil, err
	}
	if got != prismVersion {
		return nil, fmt.Errorf("%s holds %s %s and not %s: remove it", dir, prismPackage, got, prismVersion)
	}
	node, err := exec.CommandContext(ctx, "node", "--version").Output()
	if err != nil {
		return nil, fmt.Errorf("node: %w", err)
	}
	text := []string{prismPackage + " " + prismVersion}
	for _, part := range parts {
		version, err := versionOf(dir, part)
		if err != nil {
			return nil, err
		}
		text = append(text, part+" "+version)
	}
	p.about = strings.Join(text, ", ") + "; Node.js " + strings.TrimSpace(string(node))
	return p, nil
}

func versionOf(dir, module string) (string, error) {
	data, err := os.ReadFile(filepath.Join(dir, "node_modules", filepath.FromSlash(module), "package.json"))
	if err != nil {
		return "", err
	}
	var about struct{ Version string }
	err = json.Unmarshal(data, &about)
	return about.Version, err
}

func environment() []string {
	return append(os.Environ(), "SCARF_ANALYTICS=false", "NO_COLOR=1", "FORCE_COLOR=0")
}
