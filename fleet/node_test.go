package fleet_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
)

func TestNodesAreInTheOrderOfTheConfiguration(t *testing.T) {
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

func TestANodeIsFoundByItsIDs(t *testing.T) {
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
