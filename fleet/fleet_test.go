package fleet_test

import (
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

func TestThePasswordReachesTheServer(t *testing.T) {
	server := redistest.Start(t, "--requirepass", "hunter2")
	file := filepath.Join(t.TempDir(), "password")
	for name, content := range map[string]string{
		"a line":                 "hunter2\n",
		"a line of Windows":      "hunter2\r\n",
		"a line without its end": "hunter2",
	} {
		t.Run("from a file of "+name, func(t *testing.T) {
			require.NoError(t, os.WriteFile(file, []byte(content), 0o600))
			assert.NoError(t, killOn(t, server.Addr(), fleet.NodeConfig{PasswordFile: file}))
		})
	}
	t.Run("from the environment", func(t *testing.T) {
		t.Setenv("FLEET_TEST_PASSWORD", "hunter2")
		assert.NoError(t, killOn(t, server.Addr(), fleet.NodeConfig{PasswordEnv: "FLEET_TEST_PASSWORD"}))
	})
	t.Run("with the user's name", func(t *testing.T) {
		t.Setenv("FLEET_TEST_PASSWORD", "hunter2")
		err := killOn(t, server.Addr(), fleet.NodeConfig{Username: "nobody", PasswordEnv: "FLEET_TEST_PASSWORD"})
		assert.ErrorIs(t, err, sessions.ErrRefused)
		assert.NotContains(t, err.Error(), "hunter2")
	})
	t.Run("with a space, which is part of it", func(t *testing.T) {
		require.NoError(t, os.WriteFile(file, []byte("hunter2 \n"), 0o600))
		assert.ErrorIs(t, killOn(t, server.Addr(), fleet.NodeConfig{PasswordFile: file}), sessions.ErrRefused)
	})
}

// killOn asks the node at address to kill a session that does not exist.
func killOn(t *testing.T, address string, n fleet.NodeConfig) error {
	t.Helper()
	n.ID, n.Address = "n", address
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{n}}}}}})
	require.NoError(t, err)
	defer f.Close()
	node, err := f.Node("p", "i", "n")
	require.NoError(t, err)
	_, err = node.Kill(t.Context(), []sessions.Target{{Addr: netip.MustParseAddrPort("192.0.2.1:1")}})
	return err
}
