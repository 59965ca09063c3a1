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

func TestFindPrefersRedis(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	assert.Empty(t, localnode.Find())
	for _, name := range []string{"valkey-server", "redis-server"} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, nil, 0o755))
		assert.Equal(t, path, localnode.Find())
	}
}

func TestStartFallsBackToTheEmbeddedNode(t *testing.T) {
	t.Setenv("PATH", t.TempDir())
	node, err := localnode.Start(t.Context())
	require.NoError(t, err)
	defer node.Close()
	assert.Equal(t, "embedded node", node.Kind())
	assert.True(t, redistest.Dial(t, node.Addr(), "").Open())
}

func TestStartDoesNotHideABrokenServer(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	require.NoError(t, os.WriteFile(filepath.Join(dir, "redis-server"), []byte("#!/bin/sh\nexit 1\n"), 0o755))
	node, err := localnode.Start(t.Context())
	assert.Error(t, err)
	assert.Nil(t, node)
}

func TestStartTakesTheServerOnPath(t *testing.T) {
	binary := localnode.Find()
	if binary == "" {
		t.Skip("no server on PATH")
	}
	node, err := localnode.Start(t.Context())
	require.NoError(t, err)
	defer node.Close()
	assert.IsType(t, &localnode.Process{}, node)
}
