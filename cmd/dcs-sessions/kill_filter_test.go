package main

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

func TestAFilterKillsNothingWithoutYes(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args   []string
		code   int
		stderr string
		killed int
	}{
		"without --yes it fails":          {nil, exitFailed, "2 of 3 sessions match; nothing was killed: add --yes", 0},
		"with --dry-run it succeeds":      {[]string{"--dry-run"}, exitOK, "", 0},
		"with --yes it kills":             {[]string{"--yes"}, exitOK, "", 2},
		"but no more than --max":          {[]string{"--yes", "--max", "1"}, exitFailed, "2 of 3 sessions match, more than --max 1: nothing was killed", 0},
		"as many as --max are fine":       {[]string{"--yes", "--max", "2"}, exitOK, "", 2},
		"--dry-run shows more than --max": {[]string{"--dry-run", "--max", "1"}, exitOK, "", 0},
		"no match is success":             {[]string{"--filter", "name=none"}, exitOK, "", 0},
		"--yes excludes --dry-run":        {[]string{"--yes", "--dry-run"}, exitUsage, "--yes and --dry-run exclude each other", 0},
		"--max 0 is refused":              {[]string{"--yes", "--max", "0"}, exitUsage, "--max must be positive", 0},
		"a negative --check is refused":   {[]string{"--yes", "--check", "-1s"}, exitUsage, "--check must not be negative", 0},
		"--filter excludes an address":    {[]string{"10.0.0.9:1"}, exitUsage, "--filter excludes ADDR and --id", 0},
		"--filter excludes an id":         {[]string{"--id", "7"}, exitUsage, "--filter excludes ADDR and --id", 0},
		"a bad filter sends nothing":      {[]string{"--filter", "idle", "--yes"}, exitUsage, `--filter "idle": want FIELD OPERATOR VALUE`, 0},
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

func TestAPreviewShowsTheSessionsItWouldKill(t *testing.T) {
	t.Parallel()
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

func TestEachNodeKillsItsOwnSessions(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	code, stdout, stderr := called(t.Context(), true, on(api, "kill", "--all-nodes", "--filter", "name=leaky-*", "--yes", "--check", "0")...)
	assert.Equal(t, exitOK, code, stderr)
	require.Len(t, api.Kills(), 2)
	assert.Equal(t, "a", api.Kills()[0].Node)
	assert.Equal(t, []string{"10.0.0.9:40010"}, api.Kills()[0].Addrs)
	assert.Equal(t, "b", api.Kills()[1].Node)
	assert.Equal(t, []string{"10.0.0.9:40003"}, api.Kills()[1].Addrs)
	assert.Contains(t, stdout, "a     10  10.0.0.9:40010  leaky-1  app   killed\n")
	assert.True(t, strings.HasSuffix(stdout, "\n\n2 of 2 killed\n"), stdout)
}

func TestANodeThatFailsDoesNotStopTheNextKill(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	api.FailNextOf(clienttest.HangUpClients, 1, 400, "DCS.4957", "Not now.")
	code, stdout, stderr := called(t.Context(), true, on(api, "kill", "--all-nodes", "--filter", "name=leaky-*", "--yes", "--check", "0")...)
	assert.Equal(t, exitFailed, code)
	assert.Contains(t, stdout, "leaky-1  app   not killed\n")
	assert.Contains(t, stdout, "leaky-2  app   killed\n")
	assert.Contains(t, stderr, "400 DCS.4957: Not now.")
}

func TestANodeThatCannotBeListedDoesNotStopTheKillOfTheOthers(t *testing.T) {
	t.Parallel()
	args := []string{"kill", "--all-nodes", "--filter", "name=leaky-*", "--check", "0"}
	for name, c := range map[string]struct {
		more     []string
		terminal bool
		out      string
		killed   int
	}{
		"with --yes":     {[]string{"--yes"}, true, "1 of 1 killed\n", 1},
		"without --yes":  {nil, true, "leaky-", 0},
		"with --dry-run": {[]string{"--dry-run"}, true, "sessions match", 0},
		"as JSON":        {[]string{"--yes"}, false, `"failed_nodes": [`, 1},
	} {
		t.Run(name, func(t *testing.T) {
			api := twoNodes(t)
			api.FailNextOf(clienttest.ScanClients, 1, 500, "DCS.5024", "The node is down.")
			code, stdout, stderr := called(t.Context(), c.terminal, on(api, append(args, c.more...)...)...)
			assert.Equal(t, exitFailed, code)
			assert.Regexp(t, `node [ab]: 500 DCS\.5024: The node is down\.`, stderr)
			assert.Contains(t, strings.Replace(stdout, "matches", "sessions match", 1), c.out)
			assert.Len(t, api.Kills(), c.killed)
		})
	}
	t.Run("if no node can be listed nothing is killed", func(t *testing.T) {
		api := twoNodes(t)
		api.FailNextOf(clienttest.ScanClients, 2, 400, "DCS.4049", "Not running.")
		code, stdout, stderr := called(t.Context(), true, on(api, append(args, "--yes")...)...)
		assert.Equal(t, exitFailed, code)
		assert.Empty(t, stdout)
		assert.True(t, strings.HasPrefix(stderr, "dcs-sessions: nothing was killed: node "), stderr)
		assert.Regexp(t, `node a: 400 DCS\.4049: .*; node b: 400 DCS\.4049: `, stderr)
		assert.Empty(t, api.Kills())
	})
}

// A session that matches and is not killed must not go unnoticed.
func TestAMatchThatCannotBeKilledFailsTheCommand(t *testing.T) {
	t.Parallel()
	const why = "1 more cannot be killed: 1 sentinel (has the name of a Sentinel's link: sentinel-…-cmd or sentinel-…-pubsub)"
	for name, c := range map[string]struct {
		args    []string
		code    int
		out     []string // rows and lines, with one space between words
		stderr  string
		targets string
	}{
		"with --yes":              {[]string{"--yes"}, exitFailed, []string{"1 10.0.0.1:40001 leaky-1 app killed", "2 /run/redis.sock:0 leaky-2 app killed", "3 10.0.0.3:40003 leaky-3 app protected: sentinel", "2 of 3 killed, 1 protected"}, why + "; --filter protected=false excludes protected sessions", "10.0.0.1:40001 2"},
		"without --yes":           {nil, exitFailed, []string{"3 10.0.0.3:40003 leaky-3 app - 0s 5s get N sentinel"}, "2 of 4 sessions match; " + why + "; nothing was killed: add --yes", ""},
		"with --dry-run":          {[]string{"--dry-run"}, exitOK, []string{"2 of 4 sessions match; " + why + "; nothing was killed"}, "", ""},
		"if no other matches":     {[]string{"--filter", "protected=true", "--yes"}, exitFailed, []string{"0 of 4 sessions match; " + why + "; nothing was killed"}, why + "; --filter protected=false excludes protected sessions", ""},
		"if a filter excludes it": {[]string{"--filter", "protected=false", "--yes"}, exitOK, []string{"2 of 2 killed"}, "", "10.0.0.1:40001 2"},
		"if it does not match":    {[]string{"--filter", "name!=leaky-3", "--yes"}, exitOK, []string{"2 of 2 killed"}, "", "10.0.0.1:40001 2"},
	} {
		t.Run(name, func(t *testing.T) {
			api := withProtected(t)
			args := append([]string{"kill", "--filter", "name=leaky-*", "--check", "0"}, c.args...)
			code, stdout, stderr := called(t.Context(), true, on(api, args...)...)
			assert.Equal(t, c.code, code, stderr)
			words := regexp.MustCompile(` +`).ReplaceAllString(stdout, " ")
			for _, line := range c.out {
				assert.Contains(t, words, line+"\n")
			}
			if c.stderr == "" {
				assert.Empty(t, stderr)
			} else {
				assert.Equal(t, "dcs-sessions: "+c.stderr+"\n", stderr)
			}
			var targets []string
			for _, kill := range api.Kills() {
				targets = append(targets, append(kill.Addrs, kill.IDs...)...)
			}
			assert.Equal(t, c.targets, strings.Join(targets, " "))
		})
	}
	_, stdout, _ := called(t.Context(), false, on(withProtected(t), "kill", "--filter", "name=leaky-*", "--yes", "--check", "0")...)
	var report struct {
		Protected int
		Results   []killResult
		Error     callError
	}
	require.NoError(t, json.Unmarshal([]byte(stdout), &report))
	assert.Equal(t, 1, report.Protected)
	assert.Equal(t, killResult{Address: "10.0.0.3:40003", Result: "protected", Protection: "sentinel", Node: "n", ID: "3", Name: "leaky-3", User: "app"}, report.Results[2])
	assert.Contains(t, report.Error.Message, why)
}

// withProtected returns an API of one node with a leaky session, one of a Unix
// socket, a protected one, and another.
func withProtected(t *testing.T) *clienttest.Server {
	api := clienttest.New()
	t.Cleanup(api.Close)
	socket, why := "/run/redis.sock:0", "sentinel"
	unix, link := named("n", 2, "leaky-2", ""), named("n", 3, "leaky-3", "10.0.0.3")
	unix.Addr, unix.Peer = socket, socket
	link.Protected, link.Protection = true, why
	api.SetSessions("n", infos(named("n", 1, "leaky-1", "10.0.0.1"), unix, link, named("n", 4, "web", "10.0.0.4")))
	return api
}

func TestAKillNeedsANodeIfThereAreSeveral(t *testing.T) {
	t.Parallel()
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
	assert.Contains(t, stderr, "--all-nodes needs --filter: an ADDR or --id is on one node")
	code, _, stderr = called(t.Context(), true, on(twoNodes(t), "list", "--all-nodes", "--node", "a")...)
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, "--node and --all-nodes exclude each other")
}

func TestASessionThatCannotBeKilledIsExcluded(t *testing.T) {
	t.Parallel()
	but := func(change func(*session)) session {
		s := named("n", 1, "x", "10.0.0.1")
		change(&s)
		return s
	}
	const unix = "/run/redis.sock:0"
	for name, c := range map[string]struct {
		s    session
		want matchCounts
		says string
	}{
		"protected": {but(func(s *session) { s.Protected, s.Protection = true, "sentinel" }), matchCounts{Protected: 1},
			"0 of 1 session match; 1 more cannot be killed: 1 sentinel (has the name of a Sentinel's link: sentinel-…-cmd or sentinel-…-pubsub)"},
		"protected without a reason":   {but(func(s *session) { s.Protected = true }), matchCounts{Protected: 1}, "0 of 1 session match; 1 more cannot be killed: 1 protected"},
		"a reason alone":               {but(func(s *session) { s.Protection = "new\x1b" }), matchCounts{Protected: 1}, `0 of 1 session match; 1 more cannot be killed: 1 new\x1b`},
		"not protected":                {but(func(s *session) { s.Protected = false }), matchCounts{Matched: 1}, "1 of 1 session matches"},
		"the name and flags of a link": {but(func(s *session) { s.Flags, s.Name = "S", "sentinel-1-cmd" }), matchCounts{Matched: 1}, "1 of 1 session matches"},
		"a Unix socket with an id":     {but(func(s *session) { s.Peer = unix }), matchCounts{Matched: 1}, "1 of 1 session matches"},
		"neither an address nor an id": {but(func(s *session) { s.Peer, s.ID = unix, "" }), matchCounts{NoAddress: 1}, "0 of 1 session match; 1 more cannot be killed: 1 without an address or id"},
	} {
		t.Run(name, func(t *testing.T) {
			got := selectSessions([]session{c.s}, func(filter.Session) bool { return true })
			assert.Equal(t, c.says, got.String())
			assert.Equal(t, c.want.Matched == 0, got.excludedError() != nil)
			assert.Len(t, got.selected, c.want.Matched)
			c.want.Sessions, got.selected, got.excluded = 1, nil, nil
			assert.Equal(t, &c.want, got)
			got = selectSessions([]session{c.s}, func(filter.Session) bool { return false })
			assert.Equal(t, &matchCounts{Sessions: 1}, got, "a session that does not match is not counted")
		})
	}
}

// Ctrl-C during the kill of one node keeps the next node untouched.
func TestCtrlCDuringAKillPrintsWhatIsDone(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	ctx, cancel := context.WithCancel(t.Context())
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !strings.HasSuffix(r.URL.Path, "/kill") {
			api.Config.Handler.ServeHTTP(w, r)
			return
		}
		api.Config.Handler.ServeHTTP(httptest.NewRecorder(), r)
		cancel()
		<-r.Context().Done()
	}))
	defer front.Close()
	code, stdout, stderr := called(ctx, true, "kill", "--endpoint", front.URL, "--project", "p", "--instance", "i",
		"--all-nodes", "--filter", "name=leaky-*", "--yes")
	assert.Equal(t, exitInterrupted, code, stderr)
	assert.Regexp(t, `leaky-1 +app +unknown\n`, stdout)
	assert.Regexp(t, `leaky-2 +app +not killed\n`, stdout)
	assert.Contains(t, stdout, "0 of 2 killed, 1 not killed, 1 unknown\n")
	assert.True(t, strings.HasPrefix(stderr, "dcs-sessions: interrupted: "), stderr)
	assert.Len(t, api.Kills(), 1)
}
