package server_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/server"
)

const (
	digestA = "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4f7232c2a4e3f5d1d4a5"
	digestB = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d"
)

// goodConfig has every key. The errors below name its lines. It uses one instance id in
// two projects, which is allowed.
const goodConfig = `listen: 127.0.0.1:8080
auth:
  tokens:
    - name: ops
      sha256: ` + digestA + `
      projects: ["p"]
    - name: admin
      sha256: ` + digestB + `
      projects: ["*"] # all
projects:
  - id: p
    instances:
      - id: i
        name: cache-1
        nodes:
          - id: n
            address: 127.0.0.1:6379
            username: ""
            password_env: ""
          - id: m
            address: "[::1]:6380"
            username: admin
            password_env: REDIS_PASSWORD
            name: shard 2
  - id: q
    instances:
      - id: i
        nodes: []
audit: /var/log/dcs-sessions/audit.jsonl
`

func writeConfig(t *testing.T, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dcs.yaml")
	require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// openConfig loads a configuration and opens its fleet, as the command serve does.
func openConfig(path string) (*server.Config, error) {
	c, err := server.LoadConfig(path, func(name string) string {
		return map[string]string{"REDIS_PASSWORD": "hunter2", "SK": "hunter2"}[name]
	})
	if err != nil {
		return nil, err
	}
	f, err := c.OpenFleet(nil)
	if err != nil {
		return nil, err
	}
	return c, f.Close()
}

func TestConfigLoads(t *testing.T) {
	t.Parallel()
	c, err := openConfig(writeConfig(t, goodConfig))
	require.NoError(t, err)
	assert.Equal(t, "127.0.0.1:8080", c.Listen)
	assert.Equal(t, "/var/log/dcs-sessions/audit.jsonl", c.Audit)
	assert.Equal(t, []server.Token{
		{Name: "ops", SHA256: digestA, Projects: []string{"p"}},
		{Name: "admin", SHA256: digestB, Projects: []string{"*"}},
	}, c.Auth.Tokens)
	assert.Equal(t, []fleet.Project{
		{ID: "p", Instances: []fleet.Instance{{ID: "i", Name: "cache-1", Nodes: []fleet.NodeConfig{
			{ID: "n", Address: "127.0.0.1:6379"},
			{ID: "m", Address: "[::1]:6380", Username: "admin", PasswordEnv: "REDIS_PASSWORD", Name: "shard 2"},
		}}}},
		{ID: "q", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{}}}},
	}, c.Projects)
}

// An invalidConfig is a valid configuration with old replaced by new, once. want is
// the error.
type invalidConfig struct{ old, new, want string }

func testInvalid(t *testing.T, table map[string]invalidConfig) {
	t.Helper()
	testInvalidOf(t, goodConfig, table)
}

func testInvalidOf(t *testing.T, good string, table map[string]invalidConfig) {
	t.Helper()
	for name, c := range table {
		t.Run(name, func(t *testing.T) {
			require.Contains(t, good, c.old)
			path := writeConfig(t, strings.Replace(good, c.old, c.new, 1))
			_, err := openConfig(path)
			if c.want == "" {
				assert.NoError(t, err)
				return
			}
			require.Error(t, err)
			assert.Equal(t, c.want, strings.ReplaceAll(err.Error(), path, "FILE"))
			assert.NotContains(t, err.Error(), "hunter2")
		})
	}
}

func TestListenNeedsALoopbackAddressOrCredentials(t *testing.T) {
	t.Parallel()
	auth := goodConfig[strings.Index(goodConfig, "auth:"):strings.Index(goodConfig, "projects:\n")]
	_, withoutAuth, _ := strings.Cut(goodConfig, auth)
	testInvalid(t, map[string]invalidConfig{
		"no host":        {"127.0.0.1:8080", "'8080'", `FILE:1: listen: the address "8080" is not host:port`},
		"no such port":   {"127.0.0.1:8080", "127.0.0.1:70000", `FILE:1: listen: the address "127.0.0.1:70000" is not host:port`},
		"a port's name":  {"127.0.0.1:8080", "127.0.0.1:http", `FILE:1: listen: the address "127.0.0.1:http" is not host:port`},
		"nothing":        {"listen: 127.0.0.1:8080", "", `FILE:2: listen: the address "" is not host:port`},
		"any, with auth": {"127.0.0.1:8080", "0.0.0.0:0", ""},
	})
	for listen, loopback := range map[string]bool{
		"127.0.0.1:0": true, "127.9.9.9:0": true, "'[::1]:0'": true, "localhost:0": true,
		"0.0.0.0:0": false, "'[::]:0'": false, "':0'": false, "192.0.2.1:0": false, "example.com:0": false, "localhost.example.com:0": false,
	} {
		t.Run("without auth on "+listen, func(t *testing.T) {
			path := writeConfig(t, "listen: "+listen+"\n"+withoutAuth)
			_, err := openConfig(path)
			if loopback {
				assert.NoError(t, err)
				return
			}
			assert.EqualError(t, err, path+`:1: listen: without credentials (auth.tokens, auth.access_keys) the address must be a loopback address, not "`+strings.Trim(listen, "'")+`"`)
		})
	}
}

func TestAnInvalidTokenIsAConfigError(t *testing.T) {
	t.Parallel()
	const expires = "the time is not like 2027-01-31T00:00:00Z (RFC 3339)"
	const digest = "not the SHA-256 of a token: 64 lower-case hexadecimal digits"
	testInvalid(t, map[string]invalidConfig{
		"without a name":             {"name: ops", "name:", "FILE:4: auth.tokens[0].name: a token needs a name of its own"},
		"with a name twice":          {"name: admin", "name: ops", "FILE:7: auth.tokens[1].name: a token needs a name of its own"},
		"with a digest twice":        {digestB, digestA, "FILE:8: auth.tokens[1].sha256: another token has the same SHA-256"},
		"with a digest in capitals":  {digestA, strings.ToUpper(digestA), "FILE:5: auth.tokens[0].sha256: " + digest},
		"with a short digest":        {digestA, digestA[1:], "FILE:5: auth.tokens[0].sha256: " + digest},
		"with the token itself":      {digestA, "hunter2", "FILE:5: auth.tokens[0].sha256: " + digest},
		"without a digest":           {"      sha256: " + digestA + "\n", "", "FILE:4: auth.tokens[0].sha256: " + digest},
		"without projects":           {`projects: ["p"]`, "projects: []", `FILE:6: auth.tokens[0].projects: a token needs projects; "*" is all`},
		"with a day as its end":      {"name: ops", "name: ops\n      expires: 2027-01-31", "FILE:5: auth.tokens[0].expires: " + expires},
		"with an end without a zone": {"name: ops", "name: ops\n      expires: 2027-01-31T00:00:00", "FILE:5: auth.tokens[0].expires: " + expires},
		"with an end":                {"name: ops", "name: ops\n      expires: 2027-01-31T00:00:00Z", ""},
		"with an action":             {"name: ops", "name: ops\n      actions: [dcs:clients:kill]", ""},
		"with no actions":            {"name: ops", "name: ops\n      actions: []", "FILE:5: auth.tokens[0].actions: an empty list allows nothing: without the key every action is allowed"},
		"with an unknown action":     {"name: ops", "name: ops\n      actions:\n        - dcs:clients:kill\n        - kill", `FILE:7: auth.tokens[0].actions[1]: the action "kill" is not one of dcs:clients:list, dcs:clients:kill`},
		"with a bad project":         {`["p"]`, `["p", "p/*"]`, `FILE:6: auth.tokens[0].projects[1]: the project id "p/*" is not 1 to 64 letters, digits, - or _`},
	})
}

const goodKeys = `listen: 127.0.0.1:8080
auth:
  tokens:
    - name: ops
      sha256: ` + digestA + `
      projects: ["*"]
  access_keys:
    - name: deploy
      access_key: AK1
      secret_key_env: SK
      projects: ["p"]
    - name: terraform
      access_key: AK2
      secret_key_env: SK
      security_token_sha256: ` + digestB + `
      projects: ["*"]
      actions: [dcs:clients:kill, dcs:clients:list]
`

func TestAccessKeysLoad(t *testing.T) {
	t.Parallel()
	c, err := openConfig(writeConfig(t, goodKeys))
	require.NoError(t, err)
	assert.Equal(t, []server.AccessKey{
		{Name: "deploy", AccessKey: "AK1", SecretKeyEnv: "SK", Projects: []string{"p"}},
		{Name: "terraform", AccessKey: "AK2", SecretKeyEnv: "SK", SecurityTokenSHA256: digestB, Projects: []string{"*"}, Actions: []string{server.ActionKill, server.ActionList}},
	}, c.Auth.AccessKeys)
	assert.NotContains(t, fmt.Sprintf("%+v", c.Auth), "hunter2")
}

func TestAnInvalidAccessKeyIsAConfigError(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, content string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(content), 0o600))
		return path
	}
	good, empty := file("good", "hunter2\n"), file("empty", "\n")
	const first, env = "auth.access_keys[0].", "secret_key_env: SK"
	const form = "the access key is not 1 to 64 letters, digits, - or _"
	testInvalidOf(t, goodKeys, map[string]invalidConfig{
		"alone are credentials, on any address": {goodKeys[:strings.Index(goodKeys, "  access_keys:")], "listen: 0.0.0.0:0\nauth:\n", ""},
		"with a secret in a file":               {env, "secret_key_file: " + good, ""},
		"with a secret in a missing file":       {env, "secret_key_file: missing/file", "FILE:10: " + first + "secret_key_file: open missing/file: no such file or directory"},
		"with a secret in an empty file":        {env, "secret_key_file: " + empty, "FILE:10: " + first + "secret_key_file: the file " + empty + " is empty"},
		"with a secret in an unset variable":    {env, "secret_key_env: NOPE", "FILE:10: " + first + "secret_key_env: the environment variable NOPE is empty or not set"},
		"with a secret in two places":           {env, env + "\n      secret_key_file: " + good, "FILE:11: " + first + "secret_key_file: secret_key_env and secret_key_file are mutually exclusive"},
		"without a secret":                      {"      " + env + "\n", "", "FILE:8: " + first + "secret_key_env: an access key needs secret_key_env or secret_key_file"},
		"with the secret itself":                {env, "secret_key: hunter2", "FILE:10: field secret_key not found"},
		"without a name":                        {"name: deploy", "name:", "FILE:8: " + first + "name: an access key needs a name of its own"},
		"with another's name":                   {"name: terraform", "name: deploy", "FILE:12: auth.access_keys[1].name: an access key needs a name of its own"},
		"with a token's name":                   {"name: deploy", "name: ops", "FILE:8: " + first + "name: an access key needs a name of its own"},
		"without an id":                         {"      access_key: AK1\n", "", "FILE:8: " + first + "access_key: " + form},
		"with an id that is none":               {"access_key: AK1", "access_key: hunter2/", "FILE:9: " + first + "access_key: " + form},
		"with another's id":                     {"access_key: AK2", "access_key: AK1", "FILE:13: auth.access_keys[1].access_key: another access key has the same id"},
		"with a security token itself":          {digestB, "hunter2", "FILE:15: auth.access_keys[1].security_token_sha256: not the SHA-256 of a security token: 64 lower-case hexadecimal digits"},
		"without projects":                      {`projects: ["p"]`, "projects: []", `FILE:11: ` + first + `projects: an access key needs projects; "*" is all`},
		"with a bad project":                    {`["p"]`, `["p/*"]`, `FILE:11: ` + first + `projects[0]: the project id "p/*" is not 1 to 64 letters, digits, - or _`},
		"with no actions":                       {`["p"]`, "[p]\n      actions: []", "FILE:12: " + first + "actions: an empty list allows nothing: without the key every action is allowed"},
		"with an unknown action":                {"[dcs:clients:kill, ", "[kill, ", `FILE:17: auth.access_keys[1].actions[0]: the action "kill" is not one of dcs:clients:list, dcs:clients:kill`},
		"with a key twice":                      {env, env + "\n      " + env, `FILE:11: mapping key "secret_key_env" already defined at line 10`},
	})
}

func TestAnInvalidProjectIsAConfigError(t *testing.T) {
	t.Parallel()
	const at = "projects[0].instances[0].nodes[0]."
	testInvalid(t, map[string]invalidConfig{
		"a project twice":                    {"- id: q", "- id: p", `FILE:25: projects[1].id: the id "p" is used twice`},
		"an instance twice in one project":   {"        nodes: []\n", "        nodes: []\n      - id: i\n", `FILE:29: projects[1].instances[1].id: the id "i" is used twice`},
		"a node twice":                       {"- id: m", "- id: n", `FILE:20: projects[0].instances[0].nodes[1].id: the id "n" is used twice`},
		"a project without an id":            {"  - id: p\n    instances", "  - instances", "FILE:11: projects[0].id: the id is missing"},
		"a bad id":                           {"- id: i", "- id: a/b", `FILE:13: projects[0].instances[0].id: the id "a/b" is not 1 to 64 letters, digits, - or _`},
		"an address without a port":          {"127.0.0.1:6379", "host", "FILE:17: " + at + `address: the address "host" is not host:port`},
		"an address with port 0":             {"127.0.0.1:6379", "host:0", "FILE:17: " + at + `address: the address "host:0" is not host:port`},
		"an address without a host":          {"127.0.0.1:6379", "':6379'", "FILE:17: " + at + `address: the address ":6379" is not host:port`},
		"a node without an address":          {"            address: 127.0.0.1:6379\n", "", "FILE:16: " + at + `address: the address "" is not host:port`},
		"a password_env that is unset":       {`password_env: ""`, "password_env: NOPE", "FILE:19: " + at + "password_env: the environment variable NOPE is empty or not set"},
		"a password_file that is missing":    {`password_env: ""`, "password_file: missing/file", "FILE:19: " + at + "password_file: open missing/file: no such file or directory"},
		"both password_env and _file":        {`password_env: ""`, "password_file: x\n            password_env: REDIS_PASSWORD", "FILE:19: " + at + "password_file: password_env and password_file are mutually exclusive"},
		"a password where its variable goes": {`password_env: ""`, `password_env: [hunter2]`, "FILE:19: a value of YAML type seq is not allowed here"},
	})
}

func TestUnknownKeysAndWrongTypesAreErrors(t *testing.T) {
	t.Parallel()
	testInvalid(t, map[string]invalidConfig{
		"a key at the root":      {"listen:", "nope: hunter2\nlisten:", "FILE:1: field nope not found"},
		"a key of auth":          {"  tokens:", "  nope: hunter2\n  tokens:", "FILE:3: field nope not found"},
		"a key of a token":       {"    - name: ops", "    - token: hunter2\n      name: ops", "FILE:4: field token not found"},
		"a key of a project":     {"  - id: p", "  - id: p\n    nope: 1", "FILE:12: field nope not found"},
		"a key of an instance":   {"name: cache-1", "nope: cache-1", "FILE:14: field nope not found"},
		"a key of a node":        {`password_env: ""`, "password: hunter2", "FILE:19: field password not found"},
		"a key of another case":  {"listen:", "Listen:", "FILE:1: field Listen not found"},
		"a key twice":            {"listen:", "listen: 127.0.0.1:1\nlisten:", `FILE:2: mapping key "listen" already defined at line 1`},
		"a list for a text":      {"127.0.0.1:8080", "[a]", "FILE:1: a value of YAML type seq is not allowed here"},
		"a mapping for a text":   {"- id: p", "- id: {a: b}", "FILE:11: a value of YAML type map is not allowed here"},
		"a text for a list":      {`["p"]`, "hunter2", "FILE:6: a value of YAML type str is not allowed here"},
		"a number for a mapping": {"- id: n", "- 7\n          - id: n", "FILE:16: a value of YAML type int is not allowed here"},
	})
}

func TestAFileThatIsNotAConfigurationIsAnError(t *testing.T) {
	t.Parallel()
	testInvalid(t, map[string]invalidConfig{
		"an empty file":           {goodConfig, "", "FILE: no documents in stream"},
		"a comment alone":         {goodConfig, "# nothing\n", "FILE: no documents in stream"},
		"null":                    {goodConfig, "null\n", `FILE:1: listen: the address "" is not host:port`},
		"a text":                  {goodConfig, "hunter2\n", "FILE:1: a value of YAML type str is not allowed here"},
		"a list":                  {goodConfig, "- hunter2\n", "FILE:1: a value of YAML type seq is not allowed here"},
		"two documents":           {"projects:\n", "---\nprojects:\n", "FILE: expected single document, found multiple"},
		"a list that has no end":  {"127.0.0.1:8080", "[", "FILE:3: did not find expected ',' or ']'"},
		"a tab for an indent":     {"  tokens:", "\ttokens:", "FILE:3: found character that cannot start any token"},
		"an alias without anchor": {"127.0.0.1:8080", "*hunter", "FILE:1: unknown anchor 'hunter' referenced"},
	})
	t.Run("a missing file", func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "none.yaml")
		_, err := openConfig(path)
		assert.EqualError(t, err, "read the configuration: open "+path+": no such file or directory")
		assert.ErrorIs(t, err, os.ErrNotExist)
	})
	t.Run("a folder", func(t *testing.T) {
		path := t.TempDir()
		_, err := openConfig(path)
		assert.EqualError(t, err, "read the configuration: read "+path+": is a directory")
	})
}

func TestNoErrorContainsThePasswordOfAFile(t *testing.T) {
	t.Parallel()
	secret := writeConfig(t, "hunter2\n")
	nodes := "- id: m"
	for name, c := range map[string]struct{ text, want string }{
		"when another node is wrong": {strings.Replace(strings.Replace(goodConfig, `password_env: ""`, "password_file: "+secret, 1),
			nodes, "- id: n", 1), `:20: projects[0].instances[0].nodes[1].id: the id "n" is used twice`},
		"when it is the configuration": {"hunter2\n", ":1: a value of YAML type str is not allowed here"},
	} {
		t.Run(name, func(t *testing.T) {
			path := writeConfig(t, c.text)
			_, err := openConfig(path)
			assert.EqualError(t, err, path+c.want)
		})
	}
}
