package fleet_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
)

// one returns projects with one valid node, after edit has changed it.
func one(edit func(*fleet.NodeConfig)) []fleet.Project {
	n := fleet.NodeConfig{ID: "n", Address: "127.0.0.1:6379"}
	edit(&n)
	return []fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{n}}}}}
}

func unset(string) string { return "" }

func TestIDsAreCheckedAndUnique(t *testing.T) {
	const rule = "not 1 to 64 letters, digits, - or _"
	instances := func(ids ...string) (list []fleet.Instance) {
		for _, id := range ids {
			list = append(list, fleet.Instance{ID: id})
		}
		return list
	}
	for name, c := range map[string]struct {
		projects []fleet.Project
		want     string
	}{
		"a project without an id": {[]fleet.Project{{}}, "[0].id: the id is missing"},
		"a project's id with a slash": {[]fleet.Project{{ID: "p"}, {ID: "a/b"}},
			`[1].id: the id "a/b" is ` + rule},
		"a project twice": {[]fleet.Project{{ID: "p"}, {ID: "p"}}, `[1].id: the id "p" is used twice`},
		"an instance without an id": {[]fleet.Project{{ID: "p", Instances: instances("i", "")}},
			"[0].instances[1].id: the id is missing"},
		"an instance's id with a line break": {[]fleet.Project{{ID: "p", Instances: instances("i\n")}},
			`[0].instances[0].id: the id "i\n" is ` + rule},
		"an instance twice in one project": {[]fleet.Project{{ID: "p", Instances: instances("i", "j", "i")}},
			`[0].instances[2].id: the id "i" is used twice`},
		"a node without an id": {one(func(n *fleet.NodeConfig) { n.ID = "" }),
			"[0].instances[0].nodes[0].id: the id is missing"},
		"a node's id of 65 characters": {one(func(n *fleet.NodeConfig) { n.ID = strings.Repeat("a", 65) }),
			`[0].instances[0].nodes[0].id: the id "` + strings.Repeat("a", 65) + `" is ` + rule},
		"a node twice in one instance": {[]fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{
			{ID: "n", Address: "127.0.0.1:1"}, {ID: "n", Address: "127.0.0.1:2"}}}}}},
			`[0].instances[0].nodes[1].id: the id "n" is used twice`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fleet.New(fleet.Options{Projects: c.projects, Getenv: unset})
			assert.EqualError(t, err, c.want)
			var config *fleet.ConfigError
			assert.ErrorAs(t, err, &config)
		})
	}
}

func TestAnAddressIsHostAndPort(t *testing.T) {
	for address, good := range map[string]bool{
		"127.0.0.1:6379":         true,
		"[::1]:6379":             true,
		"cache.example.com:6379": true,
		"host:1":                 true,
		"host:65535":             true,
		"":                       false,
		"x":                      false,
		"host":                   false,
		"host:":                  false,
		"host:0":                 false,
		"host:70000":             false,
		"host:-1":                false,
		"host:redis":             false,
		":6379":                  false,
		"::1:6379":               false,
		"redis://host:6379":      false,
		"host:6379/0":            false,
	} {
		t.Run(address, func(t *testing.T) {
			f, err := fleet.New(fleet.Options{Projects: one(func(n *fleet.NodeConfig) { n.Address = address }), Getenv: unset})
			if good {
				require.NoError(t, err)
				assert.NoError(t, f.Close())
				return
			}
			assert.EqualError(t, err, `[0].instances[0].nodes[0].address: the address "`+address+`" is not host:port`)
		})
	}
}
