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

func TestNodes(t *testing.T) {
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p", Instances: []fleet.Instance{
		{ID: "i", Nodes: []fleet.NodeConfig{{ID: "z", Address: "127.0.0.1:1"}, {ID: "a", Name: "shard 1", Address: "cache.example.com:2"}}},
		{ID: "empty"},
	}}}, Getenv: unset})
	require.NoError(t, err)
	defer f.Close()

	nodes, err := f.Nodes("p", "i")
	require.NoError(t, err)
	var got []string
	for _, m := range nodes {
		got = append(got, m.ID+", "+m.Name+", "+m.Address())
	}
	assert.Equal(t, []string{"z, z, 127.0.0.1:1", "a, shard 1, cache.example.com:2"}, got, "in the configuration's order; a name where there is one")

	nodes, err = f.Nodes("p", "empty")
	assert.NoError(t, err)
	assert.Empty(t, nodes)
	_, err = f.Nodes("q", "i")
	assert.ErrorIs(t, err, fleet.ErrNoInstance)
}

func TestNode(t *testing.T) {
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{
		{ID: "p", Instances: []fleet.Instance{
			{ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: "127.0.0.1:1"}, {ID: "m", Address: "127.0.0.1:2"}}},
			{ID: "empty"},
		}},
		{ID: "q", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: "127.0.0.1:3"}}}}},
	}, Getenv: unset})
	require.NoError(t, err)
	defer f.Close()
	for name, c := range map[string]struct {
		project, instance, node string
		address                 string
		err                     error
	}{
		"a node":                               {"p", "i", "n", "127.0.0.1:1", nil},
		"another node of the instance":         {"p", "i", "m", "127.0.0.1:2", nil},
		"the same ids in another project":      {"q", "i", "n", "127.0.0.1:3", nil},
		"a node of another project's instance": {"q", "i", "m", "", fleet.ErrNoNode},
		"an instance without nodes":            {"p", "empty", "n", "", fleet.ErrNoNode},
		"an instance of another project":       {"q", "empty", "n", "", fleet.ErrNoInstance},
		"no such instance":                     {"p", "nope", "n", "", fleet.ErrNoInstance},
		"no such project":                      {"nope", "i", "n", "", fleet.ErrNoInstance},
		"nothing":                              {"", "", "", "", fleet.ErrNoInstance},
	} {
		t.Run(name, func(t *testing.T) {
			node, err := f.Node(c.project, c.instance, c.node)
			assert.ErrorIs(t, err, c.err)
			if c.err != nil {
				assert.Zero(t, node)
				return
			}
			assert.Equal(t, c.node, node.ID)
			assert.Equal(t, c.address, node.Address())
			again, _ := f.Node(c.project, c.instance, c.node)
			assert.Same(t, node.Node, again.Node, "one connection a node")
		})
	}
}

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
	t.Run("but not a space, which is part of it", func(t *testing.T) {
		require.NoError(t, os.WriteFile(file, []byte("hunter2 \n"), 0o600))
		assert.ErrorIs(t, killOn(t, server.Addr(), fleet.NodeConfig{PasswordFile: file}), sessions.ErrRefused)
	})
}

// killOn kills nobody on the one node n at address.
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
