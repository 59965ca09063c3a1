package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

func TestKillAllCountsWithoutYes(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	replica := named("b", 4, "", "10.0.0.3")
	replica.Protected = true
	api.SetSessions("b", infos(named("b", 3, "leaky-2", "10.0.0.9"), replica))
	code, stdout, stderr := called(t.Context(), true, on(api, "kill-all", "--all-nodes")...)
	assert.Equal(t, exitFailed, code)
	assert.Equal(t, "NODE  SESSIONS  PROTECTED\na     2         0\nb     2         1\n", stdout)
	assert.Equal(t, "dcs-sessions: 3 sessions of 2 nodes would be killed; nothing was killed: add --yes\n", stderr)
	code, stdout, stderr = called(t.Context(), false, on(api, "kill-all", "--node", "a", "--dry-run")...)
	assert.Equal(t, exitOK, code)
	assert.Empty(t, stderr)
	assert.JSONEq(t, `{"nodes":[{"node_id":"a","sessions":2,"protected":0}],"would_be_killed":2}`, stdout)
	assert.Empty(t, api.KillAlls())
}

func TestKillAllCountsTheNodesThatAnswer(t *testing.T) {
	t.Parallel()
	for _, terminal := range []bool{true, false} {
		api := twoNodes(t)
		api.FailNextOf(clienttest.ScanClients, 1, 500, "DCS.5024", "The node is down.")
		code, stdout, stderr := called(t.Context(), terminal, on(api, "kill-all", "--all-nodes", "--dry-run")...)
		assert.Equal(t, exitFailed, code)
		assert.Regexp(t, `^dcs-sessions: node [ab]: 500 DCS\.5024: The node is down\. \[request [^ ]+\]\n$`, stderr)
		if terminal {
			assert.Regexp(t, `(?s)^NODE .*[ab] .* of 1 node would be killed; nothing was killed\n$`, stdout)
		} else {
			assert.Contains(t, stdout, `"failed_nodes": [`)
		}
	}
}

func TestKillAllKillsOneNodeOrAllNodes(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	code, stdout, stderr := called(t.Context(), true, on(api, "kill-all", "--node", "b", "--yes")...)
	assert.Equal(t, exitOK, code, stderr)
	assert.Regexp(t, `(?m)^job-1 +SUCCESS .* 1 +0 +0 +0$`, stdout)
	code, _, _ = called(t.Context(), true, on(api, "kill-all", "--all-nodes", "--yes")...)
	assert.Equal(t, exitOK, code)
	code, stdout, _ = called(t.Context(), true, on(api, "kill-all", "--node", "a", "--yes", "--no-wait")...)
	assert.Equal(t, exitOK, code)
	assert.Equal(t, "job-3\n", stdout)
	_, stdout, _ = called(t.Context(), false, on(api, "kill-all", "--node", "a", "--yes", "--no-wait")...)
	assert.JSONEq(t, `{"job_id":"job-4"}`, stdout)
	require.Len(t, api.KillAlls(), 4)
	one, all := api.KillAlls()[0], api.KillAlls()[1]
	assert.Equal(t, "b", one.Node)
	assert.False(t, one.AllNodes)
	assert.True(t, all.AllNodes)
}

func TestCtrlCBeforeTheResponseReportsThatAJobMayHaveBegun(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	front := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // the server notices a closed connection only after the body
		cancel()
		<-r.Context().Done()
	}))
	defer front.Close()
	code, _, stderr := called(ctx, true, "kill-all", "--endpoint", front.URL, "--project", "p", "--instance", "i", "--node", "a", "--yes")
	assert.Equal(t, exitInterrupted, code)
	assert.True(t, strings.HasSuffix(stderr, "; a job may have begun\n"), stderr)
}
