package fleet_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
)

func TestAPasswordIsInAVariableOrAFile(t *testing.T) {
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
		"in a variable and in a file":  {env: "REDIS_PASSWORD", file: empty, want: at + "password_file: password_env and password_file are mutually exclusive"},
		"in two places, neither there": {env: "NOPE", file: missing, want: at + "password_file: password_env and password_file are mutually exclusive"},
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
