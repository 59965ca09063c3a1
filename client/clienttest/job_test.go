package clienttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
	"github.com/dcs-sessions/dcs-sessions/gen"
)

func TestKillAllsAndScansAreRecorded(t *testing.T) {
	api, c := fake(t)
	_, err := c.Scan(t.Context(), "p", "i", "n", true)
	require.NoError(t, err)
	_, err = c.KillAllNodes(t.Context(), "p", "i")
	require.NoError(t, err)
	api.FailNext(2, 400, "DCS.4957", "busy")
	_, err = c.KillAll(t.Context(), "p", "i", "n")
	require.Error(t, err)
	_, err = c.Scan(t.Context(), "p", "i", "", false)
	require.Error(t, err)

	scans, killAlls := api.Scans(), api.KillAlls()
	require.Len(t, scans, 2)
	require.Len(t, killAlls, 2)
	assert.Equal(t, []string{"***"}, scans[0].Header.Values("X-Auth-Token"))
	assert.Equal(t, []string{"***"}, killAlls[0].Header.Values("X-Auth-Token"))
	for i := range 2 {
		scans[i].Header, killAlls[i].Header = nil, nil
	}
	assert.Equal(t, []clienttest.Scan{
		{Project: "p", Instance: "i", Node: "n", Fresh: true, Status: 200, Job: "job-1"},
		{Project: "p", Instance: "i", Status: 400},
	}, scans)
	assert.Equal(t, []clienttest.KillAll{
		{Project: "p", Instance: "i", AllNodes: true, Status: 200, Job: "job-2"},
		{Project: "p", Instance: "i", Node: "n", Status: 400},
	}, killAlls)
	assert.Empty(t, api.Kills())
	api.Reset()
	assert.Empty(t, api.Scans())
	assert.Empty(t, api.KillAlls())
}

func TestKillAllKillsANodesSessionsOrAll(t *testing.T) {
	for name, k := range map[string]struct {
		node  string
		total int32
		left  string
	}{
		"one node":  {"n", 3, "cab"},
		"all nodes": {"", 6, ""},
	} {
		t.Run(name, func(t *testing.T) {
			api, c := fake(t)
			api.SetSessions("n", three())
			api.SetSessions("m", three())
			kill := func() (string, error) { return c.KillAll(t.Context(), "p", "i", k.node) }
			if k.node == "" {
				kill = func() (string, error) { return c.KillAllNodes(t.Context(), "p", "i") }
			}
			id, err := kill()
			require.NoError(t, err)
			job, err := c.WaitJob(t.Context(), "p", id, nil)
			require.NoError(t, err)
			assert.Equal(t, &gen.JobCounts{Total: k.total, Killed: k.total}, job.Counts)
			assert.Equal(t, "killAllClientsJob", job.JobType)
			killed, err := list(t.Context(), c, "n", client.ListOptions{})
			require.NoError(t, err)
			left, err := list(t.Context(), c, "m", client.ListOptions{})
			require.NoError(t, err)
			assert.Empty(t, killed)
			assert.Equal(t, k.left, left)
		})
	}
}

func TestJobsGoAsPlanned(t *testing.T) {
	api, c := fake(t)
	api.SetSessions("n", three())
	reason := "The node is down."
	counts := &gen.JobCounts{Total: 9}
	api.NextJob(gen.Job{Status: gen.INIT, JobID: "mine"}, gen.Job{Status: gen.FAIL, FailReason: reason})
	api.NextJob(gen.Job{Status: gen.RUNNING}, gen.Job{Status: gen.SUCCESS, Counts: counts})

	id, err := c.KillAll(t.Context(), "p", "i", "n")
	require.NoError(t, err)
	for _, want := range []gen.JobStatus{gen.INIT, gen.FAIL, gen.FAIL} {
		job, err := c.Job(t.Context(), "p", id)
		require.NoError(t, err)
		assert.Equal(t, want, job.Status)
		assert.Equal(t, id, job.JobID)
	}
	left, err := list(t.Context(), c, "n", client.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, "cab", left, "what fails kills none")

	id, err = c.KillAll(t.Context(), "p", "i", "n")
	require.NoError(t, err)
	job, err := c.WaitJob(t.Context(), "p", id, nil)
	require.NoError(t, err)
	assert.Equal(t, counts, job.Counts)
	left, err = list(t.Context(), c, "n", client.ListOptions{})
	require.NoError(t, err)
	assert.Empty(t, left)

	api.NextJob()
	id, err = c.Scan(t.Context(), "p", "i", "n", false)
	require.NoError(t, err)
	job, err = c.Job(t.Context(), "p", id)
	require.NoError(t, err)
	assert.Equal(t, gen.SUCCESS, job.Status)
	assert.Equal(t, "scanClientsJob", job.JobType)
	assert.Nil(t, job.Counts)

	_, err = c.Job(t.Context(), "p", "job-9")
	assert.ErrorContains(t, err, "404 DCS.4001: There is no such job.")
}

func TestAnyOperationCanBeMadeToFail(t *testing.T) {
	calls := map[clienttest.Operation]func(*client.Client) error{
		clienttest.HangUpClients: func(c *client.Client) error {
			_, err := c.Kill(t.Context(), "p", "i", "n", client.Addr("192.0.2.1:1"))
			return err
		},
		clienttest.HangUpKillAllClients: func(c *client.Client) error {
			_, err := c.KillAll(t.Context(), "p", "i", "n")
			return err
		},
		clienttest.ScanClients: func(c *client.Client) error {
			_, err := c.Scan(t.Context(), "p", "i", "n", false)
			return err
		},
		clienttest.ListClients: func(c *client.Client) error {
			_, err := list(t.Context(), c, "n", client.ListOptions{})
			return err
		},
		clienttest.ShowNodesInformation: func(c *client.Client) error {
			_, err := c.Nodes(t.Context(), "p", "i")
			return err
		},
		clienttest.ShowJobInfo: func(c *client.Client) error {
			_, err := c.Job(t.Context(), "p", "job-1")
			return err
		},
	}
	for operation, call := range calls {
		t.Run(string(operation), func(t *testing.T) {
			api, c := fake(t)
			_, err := c.Scan(t.Context(), "p", "i", "n", false) // for its job
			require.NoError(t, err)
			for other := range calls {
				if other != operation {
					api.FailNextOf(other, 1, 418, "X", "another's")
				}
			}
			assert.NoError(t, call(c))
			api.FailNext(1, 500, "B", "any")
			api.FailNextOf(operation, 1, 500, "A", "this one")
			api.Fail(403, "C", "all")
			assert.ErrorContains(t, call(c), "500 A: this one")
			assert.ErrorContains(t, call(c), "500 B: any")
			assert.ErrorContains(t, call(c), "403 C: all")
			assert.ErrorContains(t, call(c), "403 C: all")
			api.Reset()
			_, err = c.Scan(t.Context(), "p", "i", "n", false)
			require.NoError(t, err)
			assert.NoError(t, call(c))
		})
	}
}
