package client_test

import (
	"context"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
)

func jobIn(status string) http.HandlerFunc {
	return answer(200, jsonType, `{"job_id":"j","status":"`+status+`"}`)
}

func TestAJobIsReadAsItIs(t *testing.T) {
	a := serve(t, then(
		answer(200, jsonType, `{"job_id":"j","job_type":"killAllClientsJob","status":"RUNNING","begin_time":"1","end_time":null,"extra":[],
			"counts":{"total":9,"killed":4,"gone":3,"protected":2,"failed":1}}`),
		answer(200, jsonType, `{"status":"INIT"}`)))
	c := once(t, a.URL, client.Options{})
	job, err := c.Instance(project, "").Job(t.Context(), "j")
	require.NoError(t, err)
	assert.Equal(t, client.Job{ID: "j", Type: "killAllClientsJob", Status: client.JobRunning, Began: time.UnixMilli(1),
		Counts: &client.JobCounts{Total: 9, Killed: 4, Gone: 3, Protected: 2, Failed: 1}}, job)
	job, err = c.Instance(project, "").Job(t.Context(), "j")
	require.NoError(t, err)
	assert.Equal(t, client.Job{ID: "j", Status: client.JobInit}, job, "the id is known, though it is not said")
	job, err = c.Instance(project, "").Job(t.Context(), "j")
	require.Error(t, err)
	assert.Zero(t, job)
}

func TestAJobIsWaitedFor(t *testing.T) {
	const ms = time.Millisecond
	for name, c := range map[string]struct {
		states []string
		want   []time.Duration
	}{
		"one that is over":      {[]string{"SUCCESS"}, nil},
		"one that runs":         {[]string{"INIT", "RUNNING", "SUCCESS"}, []time.Duration{200 * ms, 400 * ms}},
		"a status nobody knows": {[]string{"PAUSED", "success", "SUCCESS"}, []time.Duration{200 * ms, 400 * ms}},
		"pauses grow up to 5 s": {append(strings.Fields(strings.Repeat("RUNNING ", 7)), "SUCCESS"), []time.Duration{200 * ms, 400 * ms, 800 * ms, 1600 * ms, 3200 * ms, 5 * time.Second, 5 * time.Second}},
	} {
		t.Run(name, func(t *testing.T) {
			var steps []http.HandlerFunc
			for _, s := range c.states {
				steps = append(steps, jobIn(s))
			}
			a := serve(t, then(steps...))
			cl, waits := patient(t, a.URL, client.Options{})
			var seen []string
			job, err := cl.Instance(project, "").WaitJob(t.Context(), "j", func(j client.Job) { seen = append(seen, string(j.Status)) })
			require.NoError(t, err)
			assert.Equal(t, client.JobSuccess, job.Status)
			assert.Equal(t, c.states, seen)
			assert.Equal(t, c.want, waits.list)
			assert.Len(t, a.requests(), len(c.states))
		})
	}
}

func TestAJobThatFailsIsAnError(t *testing.T) {
	for name, c := range map[string]struct{ answer, want string }{
		"with a reason":             {`{"job_id":"j","status":"FAIL","fail_reason":"The node is down."}`, "the job j failed: The node is down."},
		"without":                   {`{"job_id":"k","status":"FAIL"}`, "the job k failed: no reason is given"},
		"with an empty one":         {`{"job_id":"j","status":"FAIL","fail_reason":" \n"}`, "the job j failed: no reason is given"},
		"with one of several lines": {`{"job_id":"j\n","status":"FAIL","fail_reason":"a\r\n\u001b[31mb\u202e"}`, "the job j failed: a   [31mb"},
		"with a long one":           {`{"job_id":"j","status":"FAIL","fail_reason":"` + strings.Repeat("a", 300) + `"}`, "the job j failed: " + strings.Repeat("a", 256)},
	} {
		t.Run(name, func(t *testing.T) {
			a := serve(t, then(jobIn("RUNNING"), answer(200, jsonType, c.answer)))
			cl, _ := patient(t, a.URL, client.Options{})
			var seen []client.Job
			job, err := cl.Instance(project, "").WaitJob(t.Context(), "j", func(j client.Job) { seen = append(seen, j) })
			assert.EqualError(t, err, c.want)
			var failed *client.JobError
			require.ErrorAs(t, err, &failed)
			assert.Equal(t, job, failed.Job)
			assert.Equal(t, client.JobFail, job.Status)
			require.Len(t, seen, 2)
			assert.Equal(t, job, seen[1])
		})
	}
}

func TestAPollThatFails(t *testing.T) {
	t.Run("is tried again", func(t *testing.T) {
		a := serve(t, then(jobIn("RUNNING"), status(503), status(502), jobIn("SUCCESS")))
		c, waits := patient(t, a.URL, client.Options{})
		_, err := c.Instance(project, "").WaitJob(t.Context(), "j", nil)
		assert.NoError(t, err)
		assert.Equal(t, []time.Duration{200e6, 200e6, 400e6}, waits.list)
	})
	t.Run("ends the wait after that, with the last state", func(t *testing.T) {
		a := serve(t, then(jobIn("RUNNING"), status(503), status(503), status(503), jobIn("SUCCESS")))
		c, _ := patient(t, a.URL, client.Options{})
		job, err := c.Instance(project, "").WaitJob(t.Context(), "j", nil)
		assert.EqualError(t, err, "503: Service Unavailable")
		assert.Equal(t, client.JobRunning, job.Status)
		assert.Len(t, a.requests(), 4)
	})
}

func TestTheContextEndsAWaitAndNotTheJob(t *testing.T) {
	a := serve(t, jobIn(`RUNNING\n`))
	c, err := client.New(a.URL, client.Options{})
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	job, err := c.Instance(project, "").WaitJob(ctx, "j", func(client.Job) { cancel() })
	assert.ErrorIs(t, err, context.Canceled)
	assert.EqualError(t, err, "client: context canceled; the job j is RUNNING")
	assert.Equal(t, client.JobStatus("RUNNING\n"), job.Status)
	assert.Len(t, a.requests(), 1)
}
