package main

import (
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

func TestATokenCanBeInAFile(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(text), 0o600))
		return path
	}
	good, empty := file("good", "secret-file\n"), file("empty", "\n")
	two, control, long := file("two", "secret-1\nsecret-2\n"), file("control", "secret\x01x"), file("long", strings.Repeat("s", 65<<10))
	for name, c := range map[string]struct {
		env    map[string]string
		args   []string
		token  string // the token that was sent
		stderr string // if the command fails
	}{
		"by the flag":                          {nil, []string{"--token-file", good}, "secret-file", ""},
		"by the variable":                      {map[string]string{"DCS_TOKEN_FILE": good}, nil, "secret-file", ""},
		"the flag before the token's variable": {map[string]string{"DCS_TOKEN": "secret-env"}, []string{"--token-file", good}, "secret-file", ""},
		"the token's flag before the variable": {map[string]string{"DCS_TOKEN_FILE": good}, []string{"--token", "secret-flag"}, "secret-flag", ""},
		"both flags":                           {nil, []string{"--token-file", good, "--token", "secret-flag"}, "", "--token and --token-file exclude each other"},
		"both variables":                       {map[string]string{"DCS_TOKEN_FILE": good, "DCS_TOKEN": "secret-env"}, nil, "", "--token and --token-file exclude each other"},
		"with an access key":                   {nil, []string{"--token-file", good, "--access-key", "AK"}, "", "a token (--token, --token-file) and --access-key exclude each other"},
		"a missing file":                       {nil, []string{"--token-file", filepath.Join(dir, "none")}, "", "read the token: open "},
		"an empty file":                        {nil, []string{"--token-file", empty}, "", "is empty"},
		"two tokens":                           {nil, []string{"--token-file", two}, "", "contains more than a token"},
		"a control character":                  {nil, []string{"--token-file", control}, "", "contains more than a token"},
		"a file that is too large":             {nil, []string{"--token-file", long}, "", "contains more than a token"},
		"a directory":                          {nil, []string{"--token-file", dir}, "", "read the token: "},
	} {
		t.Run(name, func(t *testing.T) {
			sent := []string{}
			api := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				sent = append(sent, r.Header.Get("X-Auth-Token"))
				w.Header().Set("X-Request-Id", "r")
				w.WriteHeader(http.StatusNoContent)
			}))
			defer api.Close()
			code, _, stderr := calledIn(t.Context(), c.env, true, append(killArgs(api.URL), c.args...)...)
			assert.NotContains(t, stderr, "secret")
			if c.stderr != "" {
				assert.Equal(t, exitUsage, code)
				assert.Contains(t, stderr, c.stderr)
				assert.Empty(t, sent)
				return
			}
			assert.Equal(t, exitOK, code, stderr)
			assert.Equal(t, []string{c.token}, sent)
		})
	}
}
