package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/rivo/uniseg"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

// twoNodes returns an API of an instance with the nodes a and b.
func twoNodes(t *testing.T) *clienttest.Server {
	api := clienttest.New()
	t.Cleanup(api.Close)
	api.SetSessions("a", infos(named("a", 9, "web-1", "10.0.0.10"), named("a", 10, "leaky-1", "10.0.0.9")))
	api.SetSessions("b", infos(named("b", 3, "leaky-2", "10.0.0.9")))
	return api
}

func infos(all ...session) (infos []client.Session) {
	for _, s := range all {
		infos = append(infos, s.Session)
	}
	return infos
}

func on(api *clienttest.Server, args ...string) []string {
	return append([]string{args[0], "--endpoint", api.URL, "--project", "p", "--instance", "i"}, args[1:]...)
}

// column returns the words in a column of a table, without its head.
func column(table string, i int) (words []string) {
	rows, _, _ := strings.Cut(table, "\n\n")
	for line := range strings.Lines(rows) {
		words = append(words, strings.Fields(line)[i])
	}
	return words[1:]
}

func TestListHasAllNodesWithoutNode(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	code, stdout, stderr := called(t.Context(), true, on(api, "list")...)
	assert.Equal(t, exitOK, code, stderr)
	assert.True(t, strings.HasPrefix(stdout, "NODE  ID  PEER "), stdout)
	assert.Equal(t, []string{"a", "a", "b"}, column(stdout, 0))
	assert.Equal(t, []string{"9", "10", "3"}, column(stdout, 1))
	assert.True(t, strings.HasSuffix(stdout, "\n\n3 sessions\n"), stdout)

	code, stdout, _ = called(t.Context(), true, on(api, "list", "--node", "a")...)
	assert.Equal(t, exitOK, code)
	assert.True(t, strings.HasPrefix(stdout, "ID  PEER "), stdout)
	assert.Equal(t, []string{"9", "10"}, column(stdout, 0))
}

func TestAllNodesTakesPrecedenceOverTheVariable(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	for flag, ids := range map[string][]string{"--desc": {"9", "10"}, "--all-nodes": {"a", "a", "b"}} {
		code, stdout, stderr := calledIn(t.Context(), map[string]string{"DCS_NODE_ID": "a"}, true, on(api, "list", flag)...)
		assert.Equal(t, exitOK, code, stderr)
		assert.Equal(t, ids, column(stdout, 0))
	}
}

func TestListDoesNotUseACachedList(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	code, _, _ := called(t.Context(), true, on(api, "list", "--node", "a")...)
	assert.Equal(t, exitOK, code)
	require.Len(t, api.Scans(), 1)
	assert.True(t, api.Scans()[0].Fresh)
}

func TestListSorts(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	for name, c := range map[string]struct {
		args []string
		ids  []string
	}{
		"by id as a number":           {[]string{"--sort", "id"}, []string{"3", "9", "10"}},
		"descending":                  {[]string{"--sort", "id", "--desc"}, []string{"10", "9", "3"}},
		"by peer as an address":       {[]string{"--sort", "peer"}, []string{"3", "10", "9"}},
		"by name":                     {[]string{"--sort", "name"}, []string{"10", "3", "9"}},
		"equal values by node and id": {[]string{"--sort", "age", "--desc"}, []string{"9", "10", "3"}},
		"after the filter":            {[]string{"--sort", "id", "--filter", "name=leaky-*"}, []string{"3", "10"}},
	} {
		t.Run(name, func(t *testing.T) {
			code, stdout, stderr := called(t.Context(), true, on(api, append([]string{"list"}, c.args...)...)...)
			assert.Equal(t, exitOK, code, stderr)
			assert.Equal(t, c.ids, column(stdout, 1))
		})
	}
}

func TestListShowsTheOtherNodesIfOneFails(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	api.FailNextOf(clienttest.ScanClients, 1, 400, "DCS.4049", "Not running.")
	code, stdout, stderr := called(t.Context(), true, on(api, "list")...)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "leaky-", "the other node is listed")
	assert.Regexp(t, `^dcs-sessions: node [ab]: 400 DCS\.4049: Not running\. \[request [^ ]+\]\n$`, stderr)
}

func TestATableEscapesNamesAndJSONHasThemWhole(t *testing.T) {
	t.Parallel()
	api := clienttest.New()
	defer api.Close()
	evil := named("n", 1, "evil\x1b[2J\u202e"+strings.Repeat("x", 100), "10.0.0.1")
	evil.Cmd, evil.Flags = "get\x1b[31m", "N\u009b"
	api.SetSessions("n", infos(evil))
	for _, output := range []string{"table", "wide", "json"} {
		code, stdout, stderr := called(t.Context(), false, on(api, "list", "-o", output)...)
		assert.Equal(t, exitOK, code, stderr)
		assert.Regexp(t, `^[ -~\n…]+$`, stdout)
		if output != "json" {
			assert.Contains(t, stdout, `evil\x1b[2J\u202e`+strings.Repeat("x", 14)+"…")
			continue
		}
		var listed []client.Session
		require.NoError(t, json.Unmarshal([]byte(stdout), &listed))
		assert.Equal(t, []client.Session{evil.Session}, listed)
		assert.True(t, strings.HasPrefix(stdout, "[\n  {\"node_id\":\"n\",\"addr\":"), stdout)
	}
}

func TestATableFitsTheTerminal(t *testing.T) {
	t.Parallel()
	api := clienttest.New()
	defer api.Close()
	long := named("n", 1, strings.Repeat("name-", 20), "10.0.0.1")
	long.Cmd = strings.Repeat("command-", 10)
	api.SetSessions("n", infos(long, named("n", 2, "short", "10.0.0.2")))
	for width, c := range map[int]struct {
		widest int
		whole  bool
	}{60: {71, false}, 80: {80, false}, 100: {100, false}, 160: {160, false}, 300: {231, true}, 0: {115, false}} {
		std := stdio{terminal: true, out: &bytes.Buffer{}, err: &bytes.Buffer{}, size: func() (int, int) { return width, 24 }}
		code := run(t.Context(), on(api, "list", "-o", "table"), func(string) string { return "" }, std)
		assert.Equal(t, exitOK, code)
		out := std.out.(*bytes.Buffer).String()
		widest := 0
		for line := range strings.Lines(out) {
			widest = max(widest, uniseg.StringWidth(strings.TrimRight(line, "\n")))
		}
		assert.LessOrEqual(t, widest, c.widest, "at %d", width)
		assert.Equal(t, c.whole, strings.Contains(out, long.Name) && strings.Contains(out, long.Cmd), "at %d", width)
		assert.Contains(t, out, "10.0.0.1:40001", "the address is never cut")
	}
}

func TestProtectedSessionsHaveAColumn(t *testing.T) {
	t.Parallel()
	api := withProtected(t)
	_, stdout, _ := called(t.Context(), true, on(api, "list")...)
	head, _, _ := strings.Cut(stdout, "\n")
	assert.True(t, strings.HasSuffix(head, "  PROTECTED"), head)
	assert.Contains(t, stdout, " N      sentinel\n")
	_, stdout, _ = called(t.Context(), true, on(api, "list", "--filter", "protected=false")...)
	assert.NotContains(t, stdout, "PROTECTED", "no session is protected")
	_, stdout, _ = called(t.Context(), false, on(api, "list")...)
	assert.Contains(t, stdout, `"protected":true,"protection":"sentinel"`)
}

func TestWideHasAllFields(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	code, stdout, _ := called(t.Context(), true, on(api, "list", "-o", "wide")...)
	assert.Equal(t, exitOK, code)
	head, _, _ := strings.Cut(stdout, "\n")
	assert.Equal(t, strings.ToUpper(strings.Join(filter.FieldNames(), " ")), strings.Join(strings.Fields(head), " "))
}

func TestNoSessionsAreAnEmptyArray(t *testing.T) {
	t.Parallel()
	api := clienttest.New()
	defer api.Close()
	api.SetSessions("n", nil)
	_, stdout, _ := called(t.Context(), false, on(api, "list")...)
	assert.Equal(t, "[]\n", stdout)
}

func TestOnlyTheProxiesOfAnInstanceHaveSessions(t *testing.T) {
	t.Parallel()
	node := func(id, role string) client.Node {
		return client.Node{ID: id, Role: role}
	}
	assert.Equal(t, []string{"p-1", "p-2"}, withSessions([]client.Node{
		node("d-1", "redis-server"), node("p-1", client.RoleProxy), node("p-2", client.RoleProxy),
	}))
	assert.Equal(t, []string{"d-1"}, withSessions([]client.Node{node("d-1", "redis-server")}))
}
