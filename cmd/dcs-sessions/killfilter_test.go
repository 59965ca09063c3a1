package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

func TestAFilterKillsNothingWithoutYes(t *testing.T) {
	for name, c := range map[string]struct {
		args   []string
		code   int
		stderr string
		killed int
	}{
		"without --yes it fails":            {nil, exitFailed, "2 of 3 sessions match; nothing was killed: add --yes", 0},
		"with --dry-run it does as asked":   {[]string{"--dry-run"}, exitOK, "", 0},
		"with --yes it kills":               {[]string{"--yes"}, exitOK, "", 2},
		"but no more than --max":            {[]string{"--yes", "--max", "1"}, exitFailed, "2 of 3 sessions match, more than --max 1: nothing was killed", 0},
		"as many as --max are fine":         {[]string{"--yes", "--max", "2"}, exitOK, "", 2},
		"--dry-run shows more than --max":   {[]string{"--dry-run", "--max", "1"}, exitOK, "", 0},
		"what none passes is a good end":    {[]string{"--filter", "name=none"}, exitOK, "", 0},
		"--yes and --dry-run do not agree":  {[]string{"--yes", "--dry-run"}, exitUsage, "--yes and --dry-run are both given", 0},
		"--max is not nothing":              {[]string{"--yes", "--max", "0"}, exitUsage, "--max must be positive", 0},
		"--check is not in the past":        {[]string{"--yes", "--check", "-1s"}, exitUsage, "--check must not be negative", 0},
		"a filter is not beside an address": {[]string{"10.0.0.9:1"}, exitUsage, "ADDR and --filter are both given", 0},
		"a bad filter sends nothing":        {[]string{"--filter", "idle", "--yes"}, exitUsage, `--filter "idle": it is not `, 0},
	} {
		for _, terminal := range []bool{true, false} {
			t.Run(name, func(t *testing.T) {
				api := twoNodes(t)
				args := on(api, append([]string{"kill", "--all-nodes", "--filter", "name=leaky-*", "--check", "0"}, c.args...)...)
				code, stdout, stderr := called(t.Context(), terminal, args...)
				assert.Equal(t, c.code, code, stdout+stderr)
				said, _, _ := strings.Cut(strings.TrimPrefix(stderr, "dcs-sessions: "), "\n")
				assert.True(t, strings.HasPrefix(said, c.stderr) && (said == "") == (c.stderr == ""), stderr)
				killed := 0
				for _, kill := range api.Kills() {
					killed += len(kill.Addrs)
				}
				assert.Equal(t, c.killed, killed)
			})
		}
	}
}

func TestAPreviewShowsWhomItWouldKill(t *testing.T) {
	api := twoNodes(t)
	_, stdout, _ := called(t.Context(), true, on(api, "kill", "--all-nodes", "--filter", "name=leaky-*", "--dry-run")...)
	assert.Equal(t, []string{"a", "b"}, column(stdout, 0))
	assert.Equal(t, []string{"leaky-1", "leaky-2"}, column(stdout, 3))
	assert.True(t, strings.HasSuffix(stdout, "\n\n2 of 3 sessions match; nothing was killed\n"), stdout)

	_, stdout, _ = called(t.Context(), false, on(api, "kill", "--all-nodes", "--filter", "name=leaky-*")...)
	var report map[string]any
	require.NoError(t, json.Unmarshal([]byte(stdout), &report))
	assert.EqualValues(t, 3, report["sessions"])
	assert.EqualValues(t, 2, report["matched"])
	assert.Equal(t, "would be killed", report["results"].([]any)[1].(map[string]any)["result"])
	assert.Contains(t, report["error"].(map[string]any)["message"], "add --yes")
}

func TestEachNodeIsToldToKillItsOwn(t *testing.T) {
	api := twoNodes(t)
	code, stdout, stderr := called(t.Context(), true, on(api, "kill", "--all-nodes", "--filter", "name=leaky-*", "--yes", "--check", "0")...)
	assert.Equal(t, exitOK, code, stderr)
	require.Len(t, api.Kills(), 2)
	assert.Equal(t, "a", api.Kills()[0].Node)
	assert.Equal(t, []string{"10.0.0.9:40010"}, api.Kills()[0].Addrs)
	assert.Equal(t, "b", api.Kills()[1].Node)
	assert.Equal(t, []string{"10.0.0.9:40003"}, api.Kills()[1].Addrs)
	assert.Contains(t, stdout, "a     10  10.0.0.9:40010  leaky-1  app   closed\n")
	assert.True(t, strings.HasSuffix(stdout, "\n\n2 of 2 closed\n"), stdout)
}

func TestANodeThatFailsDoesNotKeepTheOthersFromBeingKilled(t *testing.T) {
	api := twoNodes(t)
	api.FailNextOf(clienttest.HangUpClients, 1, 400, "DCS.4957", "Not now.")
	code, stdout, stderr := called(t.Context(), true, on(api, "kill", "--all-nodes", "--filter", "name=leaky-*", "--yes", "--check", "0")...)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "leaky-1  app   not killed\n")
	assert.Contains(t, stdout, "leaky-2  app   closed\n")
	assert.Contains(t, stderr, "400 DCS.4957: Not now.")
}

func TestNothingIsKilledWhereANodeIsNotListed(t *testing.T) {
	api := twoNodes(t)
	api.FailNextOf(clienttest.ScanClients, 1, 400, "DCS.4049", "Not running.")
	code, _, stderr := called(t.Context(), true, on(api, "kill", "--all-nodes", "--filter", "name=leaky-*", "--yes")...)
	assert.Equal(t, exitFailed, code)
	assert.True(t, strings.HasPrefix(stderr, "dcs-sessions: nothing was killed: node "), stderr)
	assert.Empty(t, api.Kills())
}

func TestWhichNodeIsAskedForWhereThereAreSeveral(t *testing.T) {
	for _, args := range [][]string{{"kill", "--filter", "name=x"}, {"kill", "10.0.0.9:1"}, {"kill-all"}, {"kill-all", "--yes"}} {
		api := twoNodes(t)
		code, stdout, stderr := called(t.Context(), true, on(api, args...)...)
		assert.Equal(t, exitUsage, code, args)
		assert.Empty(t, stdout)
		assert.True(t, strings.HasPrefix(stderr, "dcs-sessions: --node is missing: the instance has a, b\n"), stderr)
		assert.Empty(t, api.Kills())
		assert.Empty(t, api.KillAlls())
	}
	code, _, stderr := called(t.Context(), true, on(twoNodes(t), "kill", "--all-nodes", "10.0.0.9:1")...)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--all-nodes goes with --filter: an ADDR is on one node")
	code, _, stderr = called(t.Context(), true, on(twoNodes(t), "list", "--all-nodes", "--node", "a")...)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--node and --all-nodes are both given")
}
