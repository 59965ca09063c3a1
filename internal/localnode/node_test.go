package localnode_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestStartFallsBackToTheFake(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	node, err := localnode.Start(t.Context())
	require.NoError(t, err)
	defer node.Close()
	assert.Equal(t, "embedded node", node.Kind())
	assert.True(t, redistest.Dial(t, node.Addr(), "").Open())
}

func TestStartReturnsAnErrorForABrokenServer(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "redis-server"), []byte("#!/bin/sh\nexit 1\n"), 0o755))
	node, err := localnode.Start(t.Context())
	assert.Error(t, err)
	assert.Nil(t, node)
}

func TestStartRunsTheServerOnPATH(t *testing.T) {
	binary := localnode.Find()
	if binary == "" {
		t.Skip("no server on PATH")
	}
	node, err := localnode.Start(t.Context())
	require.NoError(t, err)
	defer node.Close()
	assert.IsType(t, &localnode.Process{}, node)
}
