package server_test

import (
	"encoding/json"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
)

const jobsPath = "/v2/p/jobs/"

// job returns the job of a successful ShowJobInfo.
func (a *api) job(id string) (job gen.Job) {
	a.t.Helper()
	got := a.send("GET", jobsPath+id, "", nil)
	require.Equal(a.t, 200, got.status, got.body)
	require.NoError(a.t, json.Unmarshal([]byte(got.body), &job))
	assert.Equal(a.t, id, job.JobID)
	return job
}

func TestOnlyCallersOfTheProjectMayReadAJob(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: redistest.Start(t).Addr()})
	var ref gen.JobRef
	require.NoError(t, json.Unmarshal([]byte(a.scan(`{}`).body), &ref))
	for name, c := range map[string]struct {
		path, token string
		status      int
		code        string
	}{
		"a caller that may list":         {jobsPath + ref.JobID, listerToken, 200, ""},
		"a caller that may kill":         {jobsPath + ref.JobID, killerToken, 200, ""},
		"another project's token":        {jobsPath + ref.JobID, otherToken, 403, "DCS.1004"},
		"for another project's job":      {"/v2/other/jobs/" + ref.JobID, otherToken, 404, "DCS.4001"},
		"for a job that there is not":    {jobsPath + "0123456789abcdef0123456789abcdef", opsToken, 404, "DCS.4001"},
		"for what is no id":              {jobsPath + "a.b", opsToken, 400, "DCS.4800"},
		"for a job without its id":       {jobsPath, opsToken, 404, "DCS.4001"},
		"without a token":                {jobsPath + ref.JobID, "", 401, "DCS.1003"},
		"for a project that there isn't": {"/v2/q/jobs/" + ref.JobID, opsToken, 404, "DCS.4001"},
	} {
		t.Run(name, func(t *testing.T) {
			got := a.send("GET", c.path, "", map[string]string{"X-Auth-Token": c.token})
			assert.Equal(t, c.status, got.status, got.body)
			assert.Equal(t, c.code, got.fault.ErrorCode)
		})
	}
}

func TestAnEndedJobIsKeptForADay(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		jobs := server.NewJobs(10)
		jobs.Begin("p", "long")
		jobs.End("p", "short")
		time.Sleep(24*time.Hour - time.Second)
		assert.True(t, jobs.Has("p", "short"))
		time.Sleep(time.Second + 1)
		assert.False(t, jobs.Has("p", "short"))
		time.Sleep(100 * 24 * time.Hour)
		assert.True(t, jobs.Has("p", "long"), "it still runs")
		jobs.End("p", "long")
		assert.True(t, jobs.Has("p", "long"))
		assert.False(t, jobs.Has("other", "long"))
	})
}

func TestAScansJobIsNotStored(t *testing.T) {
	t.Parallel()
	a := startAPI(t, fleet.NodeConfig{Address: redistest.Start(t).Addr()})
	var first gen.JobRef
	require.NoError(t, json.Unmarshal([]byte(a.scan(`{}`).body), &first))
	for range 2000 { // more than the jobs that are kept
		require.Equal(t, 200, a.scan(`{}`).status)
	}
	j := a.job(first.JobID)
	assert.Equal(t, gen.SUCCESS, j.Status)
	assert.Equal(t, "scanClientsJob", j.JobType)
	assert.NotEmpty(t, j.BeginTime)
	assert.NotEmpty(t, j.EndTime)
	for name, id := range map[string]string{
		"a changed one": first.JobID[:len(first.JobID)-1] + "_",
		"a shorter one": first.JobID[:len(first.JobID)-2],
		"none":          "scan-",
		"a made-up one": "scan-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
	} {
		assert.Equal(t, 404, a.send("GET", jobsPath+id, "", nil).status, name)
	}
}

func TestAProjectDoesNotDisplaceTheJobsOfAnother(t *testing.T) {
	t.Parallel()
	jobs := server.NewJobs(2)
	jobs.End("other", "kept")
	for _, id := range []string{"a", "b", "c"} {
		jobs.End("p", id)
	}
	assert.True(t, jobs.Has("other", "kept"))
	assert.False(t, jobs.Has("p", "a"))
}

func TestIfThereAreTooManyEndedJobsTheOldestAreDropped(t *testing.T) {
	t.Parallel()
	jobs := server.NewJobs(2)
	for _, id := range []string{"a", "b", "c", "d"} {
		jobs.Begin("p", id)
	}
	for _, id := range []string{"a", "b", "c", "d"} {
		assert.True(t, jobs.Has("p", id), "%s runs, and running jobs do not count", id)
	}
	for _, id := range []string{"c", "a", "b"} {
		jobs.End("p", id)
	}
	for id, want := range map[string]bool{"a": true, "b": true, "c": false, "d": true} {
		assert.Equal(t, want, jobs.Has("p", id), id)
	}
}
