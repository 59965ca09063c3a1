package main

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestTheLogHasALevel(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "dcs.yaml")
	require.NoError(t, os.WriteFile(file, []byte("listen: 127.0.0.1:0\n"), 0o600))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for level, lines := range map[string]bool{"debug": true, "info": true, "warn": false, "error": false} {
		code, _, stderr := calledIn(ctx, map[string]string{"DCS_LOG_LEVEL": level}, false, "serve", "--config", file)
		assert.Equal(t, exitOK, code, stderr)
		assert.Equal(t, lines, strings.Contains(stderr, `"level":"INFO"`), level)
	}
	code, _, stderr := called(ctx, false, "serve", "--config", file, "--log-level", "all")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `--log-level is "all", not debug, info, warn, error`)
}
