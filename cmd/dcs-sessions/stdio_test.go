package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
)

// A fullDisk accepts a number of bytes, then fails.
type fullDisk struct{ left int }

var errFull = errors.New("no space left on device")

func (f *fullDisk) Write(p []byte) (int, error) {
	n := min(len(p), f.left)
	f.left -= n
	if n < len(p) {
		return n, errFull
	}
	return n, nil
}

func TestAFailedWriteFailsTheCommand(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"a table":           {"list", "-o", "table"},
		"JSON":              {"list", "-o", "json"},
		"nodes":             {"nodes", "-o", "table"},
		"a preview":         {"kill", "--filter", "name=web-*", "--all-nodes", "--dry-run", "-o", "table"},
		"a kill":            {"kill", "--filter", "name=web-*", "--all-nodes", "--yes", "-o", "table", "--check", "0"},
		"a kill as JSON":    {"kill", "--node", "a", "10.0.0.9:1", "-o", "json"},
		"a count":           {"kill-all", "--all-nodes", "--dry-run", "-o", "table"},
		"help":              {"help"},
		"help of a command": {"kill", "--help"},
		"a completion":      {"completion", "bash"},
		"the version":       {"--version"},
	} {
		for _, after := range []int{0, 30} {
			t.Run(name, func(t *testing.T) {
				api := twoNodes(t)
				var stderr bytes.Buffer
				env := map[string]string{"DCS_ENDPOINT": api.URL, "DCS_PROJECT_ID": "p", "DCS_INSTANCE_ID": "i"}
				code := run(t.Context(), args, func(name string) string { return env[name] }, stdio{out: &fullDisk{left: after}, err: &stderr})
				assert.Equal(t, exitFailed, code)
				assert.Contains(t, stderr.String(), errFull.Error())
				assert.Equal(t, 1, strings.Count(stderr.String(), "\n"), stderr.String())
			})
		}
	}
}
