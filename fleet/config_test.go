package fleet_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
)

// one is a fleet of one good node, which edit then spoils.
func one(edit func(*fleet.NodeConfig)) []fleet.Project {
	n := fleet.NodeConfig{ID: "n", Address: "127.0.0.1:6379"}
	edit(&n)
	return []fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{n}}}}}
}

func unset(string) string { return "" }

func TestBadIDs(t *testing.T) {
	const form = "not 1 to 64 letters, digits, - or _"
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
		"a project without an id": {[]fleet.Project{{}}, "[0].id: an id is missing"},
		"a project's id with a slash": {[]fleet.Project{{ID: "p"}, {ID: "a/b"}},
			`[1].id: the id "a/b" is ` + form},
		"a project twice": {[]fleet.Project{{ID: "p"}, {ID: "p"}}, `[1].id: the id "p" is there twice`},
		"an instance without an id": {[]fleet.Project{{ID: "p", Instances: instances("i", "")}},
			"[0].instances[1].id: an id is missing"},
		"an instance's id with a line break": {[]fleet.Project{{ID: "p", Instances: instances("i\n")}},
			`[0].instances[0].id: the id "i\n" is ` + form},
		"an instance twice in one project": {[]fleet.Project{{ID: "p", Instances: instances("i", "j", "i")}},
			`[0].instances[2].id: the id "i" is there twice`},
		"a node without an id": {one(func(n *fleet.NodeConfig) { n.ID = "" }),
			"[0].instances[0].nodes[0].id: an id is missing"},
		"a node's id of 65 characters": {one(func(n *fleet.NodeConfig) { n.ID = strings.Repeat("a", 65) }),
			`[0].instances[0].nodes[0].id: the id "` + strings.Repeat("a", 65) + `" is ` + form},
		"a node twice in one instance": {[]fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{
			{ID: "n", Address: "127.0.0.1:1"}, {ID: "n", Address: "127.0.0.1:2"}}}}}},
			`[0].instances[0].nodes[1].id: the id "n" is there twice`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := fleet.New(fleet.Options{Projects: c.projects, Getenv: unset})
			assert.EqualError(t, err, c.want)
			var config *fleet.ConfigError
			assert.ErrorAs(t, err, &config)
		})
	}
}

func TestAddresses(t *testing.T) {
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

func TestPasswords(t *testing.T) {
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	empty, blank, missing := file("empty", ""), file("blank", "\r\n"), filepath.Join(dir, "missing")
	getenv := func(name string) string { return map[string]string{"REDIS_PASSWORD": "hunter2"}[name] }
	const at = "[0].instances[0].nodes[0]."
	for name, c := range map[string]struct{ env, file, want string }{
		"none":                         {},
		"in a variable":                {env: "REDIS_PASSWORD"},
		"in a file":                    {file: file("good", "hunter2\n")},
		"in a variable that is unset":  {env: "NOPE", want: at + "password_env: the environment variable NOPE is empty or not set"},
		"in a file that is missing":    {file: missing, want: at + "password_file: open " + missing + ": no such file or directory"},
		"in a file that is empty":      {file: empty, want: at + "password_file: the file " + empty + " is empty"},
		"in a file of one empty line":  {file: blank, want: at + "password_file: the file " + blank + " is empty"},
		"in a variable and in a file":  {env: "REDIS_PASSWORD", file: empty, want: at + "password_file: password_env and password_file exclude each other"},
		"in two places, neither there": {env: "NOPE", file: missing, want: at + "password_file: password_env and password_file exclude each other"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := fleet.New(fleet.Options{Projects: one(func(n *fleet.NodeConfig) { n.PasswordEnv, n.PasswordFile = c.env, c.file }), Getenv: getenv})
			if c.want == "" {
				require.NoError(t, err)
				assert.NoError(t, f.Close())
				return
			}
			assert.EqualError(t, err, c.want)
		})
	}
}
