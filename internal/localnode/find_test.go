package localnode_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
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

func TestFindAllReturnsEachProgramOnce(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("PATH", dir)
	redis, valkey, other := filepath.Join(dir, "redis-server"), filepath.Join(dir, "valkey-server"), filepath.Join(dir, "other")
	found, missing := localnode.FindAll(nil)
	assert.Empty(t, found)
	assert.Equal(t, localnode.Binaries[:], missing)

	require.NoError(t, os.WriteFile(valkey, nil, 0o755))
	require.NoError(t, os.Symlink(valkey, redis))
	found, missing = localnode.FindAll([]string{"", valkey, other, other})
	assert.Equal(t, []string{redis, other}, found)
	assert.Empty(t, missing)
}
