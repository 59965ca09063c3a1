package main

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
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

func TestKillAllSaysWhichNodes(t *testing.T) {
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

func TestAJobThatFailsIsShownAndFailsTheCommand(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	reason := "node b: it is \x1b[31mdown"
	api.NextJob(client.Job{Status: client.JobFail, FailReason: reason, Counts: &client.JobCounts{Total: 3, Killed: 2, Failed: 1}})
	code, stdout, stderr := called(t.Context(), true, on(api, "kill-all", "--all-nodes", "--yes")...)
	assert.Equal(t, exitFailed, code)
	assert.Regexp(t, `(?m)^job-1 +FAIL .* 2 +0 +0 +1$`, stdout)
	assert.Contains(t, stdout, `node b: it is \x1b[31mdown`)
	assert.Contains(t, stderr, "dcs-sessions: the job job-1 failed: ")
	assert.NotContains(t, stderr, "\x1b")

	job := []string{"job", "--endpoint", api.URL, "--project", "p", "job-1"}
	code, _, _ = called(t.Context(), true, job...)
	assert.Equal(t, exitOK, code, "to show it is all that was asked")
	code, _, _ = called(t.Context(), true, append(job, "--wait")...)
	assert.Equal(t, exitFailed, code)
}

func TestCtrlCLeavesTheJobAlone(t *testing.T) {
	t.Parallel()
	api := twoNodes(t)
	api.NextJob(client.Job{Status: client.JobRunning}, client.Job{Status: client.JobRunning}, client.Job{Status: client.JobRunning})
	ctx, cancel := context.WithCancel(t.Context())
	front := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		api.Config.Handler.ServeHTTP(w, r)
		if strings.Contains(r.URL.Path, "/jobs/") {
			cancel()
		}
	}))
	defer front.Close()
	code, stdout, stderr := called(ctx, true, "kill-all", "--endpoint", front.URL, "--project", "p", "--instance", "i", "--node", "a", "--yes")
	assert.Equal(t, exitInterrupted, code)
	assert.Empty(t, stdout)
	assert.Equal(t, "dcs-sessions: interrupted: the job continues: see 'dcs-sessions job --wait job-1'\n", stderr)
}

func TestCtrlCBeforeTheAnswerLeavesOpenWhetherAJobBegan(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	front := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // only then is it seen that the caller is gone
		cancel()
		<-r.Context().Done()
	}))
	defer front.Close()
	code, _, stderr := called(ctx, true, "kill-all", "--endpoint", front.URL, "--project", "p", "--instance", "i", "--node", "a", "--yes")
	assert.Equal(t, exitInterrupted, code)
	assert.True(t, strings.HasSuffix(stderr, "; a job may have begun\n"), stderr)
}

func TestAJobOfTheServiceHasNoCounts(t *testing.T) {
	t.Parallel()
	api := clienttest.New()
	defer api.Close()
	began := time.UnixMilli(1795507200000)
	api.NextJob(client.Job{Status: client.JobFail, Began: began, Ended: began.Add(1500 * time.Millisecond)}) // of a success the fake counts
	_, _, _ = called(t.Context(), true, on(api, "kill-all", "--node", "n", "--yes", "--no-wait")...)
	code, stdout, stderr := called(t.Context(), true, "job", "--endpoint", api.URL, "--project", "p", "job-1")
	assert.Equal(t, exitOK, code, stderr)
	row := strings.Split(stdout, "\n")[1]
	assert.Regexp(t, ` 1\.5s +- +- +- +-$`, row)
}

func TestAJobIDMustBeOne(t *testing.T) {
	t.Parallel()
	code, _, stderr := called(t.Context(), true, "job", "--endpoint", "http://127.0.0.1:1", "--project", "p", "../x")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `the job is "../x", not 1 to 64 letters, digits, - or _`)
}

func TestTheBarIsOnATerminalAlone(t *testing.T) {
	t.Parallel()
	show, done := progress(stdio{})
	assert.Nil(t, show)
	done()
	var err strings.Builder
	show, done = progress(stdio{err: &err, errTerminal: true})
	show(client.Job{Status: client.JobRunning})
	show(client.Job{Status: client.JobRunning, Counts: &client.JobCounts{Total: 1000, Killed: 400, Gone: 20, Failed: 1, Protected: 2}})
	show(client.Job{Status: client.JobRunning, Counts: &client.JobCounts{Total: 1000, Killed: 998, Protected: 2}})
	show(client.Job{Status: client.JobRunning, Counts: &client.JobCounts{Total: 2000, Killed: 1500, Protected: 2}})
	done()
	assert.Contains(t, err.String(), "423 of 1000 sessions")
	assert.Contains(t, err.String(), "1502 of 2000 sessions", "the next node makes it longer")
	drawn := strings.TrimRight(err.String(), " \r")
	assert.True(t, len(drawn) < err.Len(), "it is wiped")
}
