package main

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

func TestTheShellCompletesFlags(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"the nodes of the instance": {on(api, "list", "--node", ""), "a\ta 127.0.0.1:6379\nb\tb 127.0.0.1:6379\n:4\n"},
		"the nodes for kill":        {on(api, "kill", "--node", ""), "a\ta 127.0.0.1:6379\nb\tb 127.0.0.1:6379\n:4\n"},
		"no nodes without an API":   {[]string{"list", "--node", ""}, ":4\n"},
		"the outputs":               {[]string{"nodes", "-o", ""}, "table\nwide\njson\n:4\n"},
		"the fields to sort by":     {[]string{"list", "--sort", ""}, strings.Join(filter.FieldNames(), "\n") + "\n:4\n"},
		"the fields to filter by":   {[]string{"kill", "--filter", ""}, strings.Join(filter.FieldNames(), "=\n") + "=\n:6\n"},
		"no files for an address":   {[]string{"kill", ""}, ":4\n"},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, _ := called(t.Context(), false, append([]string{"__complete"}, c.args...)...)
			assert.Equal(t, exitOK, code)
			assert.Equal(t, c.want, stdout)
		})
	}
	api.Fail(500, "DCS.5000", "Oops.")
	_, stdout, stderr := called(t.Context(), false, append([]string{"__complete"}, on(api, "list", "--node", "")...)...)
	assert.Equal(t, ":4\n", stdout)
	assert.NotContains(t, stderr, "Oops")
}

func TestTheShellCompletesWithTheEnvironment(t *testing.T) {
	t.Parallel()
	env := map[string]string{"DCS_ENDPOINT": twoNodes(t).URL, "DCS_PROJECT_ID": "p", "DCS_INSTANCE_ID": "i"}
	_, stdout, _ := calledIn(t.Context(), env, false, "__complete", "list", "--node", "")
	assert.Equal(t, "a\ta 127.0.0.1:6379\nb\tb 127.0.0.1:6379\n:4\n", stdout)
}
