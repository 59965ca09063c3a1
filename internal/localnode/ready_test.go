//go:build unix

package localnode

import (
	"context"
	"os"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestAnotherServerOnThePortIsNotMistakenForOurs(t *testing.T) {
	binary := Find()
	if binary == "" {
		t.Skip("no server on PATH")
	}
	other, err := StartProcess(t.Context(), binary)
	require.NoError(t, err)
	defer other.Close()

	ours := &Process{binary: binary, dir: t.TempDir(), port: other.port}
	assert.ErrorIs(t, ours.run(context.Background()), errPortTaken)

	ready, err := isReady(other.Addr(), other.child.cmd.Process.Pid)
	assert.NoError(t, err)
	assert.True(t, ready)
	_, err = isReady(other.Addr(), os.Getpid())
	assert.ErrorIs(t, err, errPortTaken)
}

func TestATakenPortIsReplacedByAnother(t *testing.T) {
	// The first two starts fail to bind their port.
	dir := t.TempDir()
	script := `#!/bin/sh
echo x >>` + dir + `/starts
test $(wc -l <` + dir + `/starts) -gt 2 && echo "Bad directive" || echo "bind: Address already in use"
exit 1
`
	binary := dir + "/redis-server"
	require.NoError(t, os.WriteFile(binary, []byte(script), 0o755))
	_, err := StartProcess(t.Context(), binary)
	assert.ErrorContains(t, err, "Bad directive")
	assert.NotErrorIs(t, err, errPortTaken)
	starts, err := os.ReadFile(dir + "/starts")
	require.NoError(t, err)
	assert.Equal(t, "x\nx\nx\n", string(starts))
}
