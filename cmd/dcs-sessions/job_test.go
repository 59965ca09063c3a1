package main

import (
	"context"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

func TestAFailedJobIsShownAndFailsTheCommand(t *testing.T) {
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
	assert.Equal(t, exitOK, code, "the command only shows the job")
	code, _, _ = called(t.Context(), true, append(job, "--wait")...)
	assert.Equal(t, exitFailed, code)
}

func TestCtrlCDoesNotStopTheJob(t *testing.T) {
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

func TestAJobOfTheServiceHasNoCounts(t *testing.T) {
	t.Parallel()
	api := clienttest.New()
	defer api.Close()
	began := time.UnixMilli(1795507200000)
	api.NextJob(client.Job{Status: client.JobFail, Began: began, Ended: began.Add(1500 * time.Millisecond)}) // the fake adds counts to a success
	_, _, _ = called(t.Context(), true, on(api, "kill-all", "--node", "n", "--yes", "--no-wait")...)
	code, stdout, stderr := called(t.Context(), true, "job", "--endpoint", api.URL, "--project", "p", "job-1")
	assert.Equal(t, exitOK, code, stderr)
	row := strings.Split(stdout, "\n")[1]
	assert.Regexp(t, ` 1\.5s +- +- +- +-$`, row)
}

func TestAnInvalidJobIDIsRefused(t *testing.T) {
	t.Parallel()
	code, _, stderr := called(t.Context(), true, "job", "--endpoint", "http://127.0.0.1:1", "--project", "p", "../x")
	assert.Equal(t, exitUsage, code)
	assert.Contains(t, stderr, `the job is "../x", not 1 to 64 letters, digits, - or _`)
}

func TestOnlyATerminalGetsAProgressBar(t *testing.T) {
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
	assert.Contains(t, err.String(), "1502 of 2000 sessions", "the next node adds to the total")
	drawn := strings.TrimRight(err.String(), " \r")
	assert.Less(t, len(drawn), err.Len(), "the bar is removed")
}
