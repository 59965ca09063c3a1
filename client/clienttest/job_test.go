package clienttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

func TestKillAllsAndScansAreRecorded(t *testing.T) {
	api, c := fake(t)
	_, err := c.Instance("p", "i").Rescan(t.Context(), "n")
	require.NoError(t, err)
	_, err = c.Instance("p", "i").KillAll(t.Context(), client.AllNodes)
	require.NoError(t, err)
	api.FailNext(2, 400, "DCS.4957", "busy")
	_, err = c.Instance("p", "i").KillAll(t.Context(), "n")
	require.Error(t, err)
	_, err = c.Instance("p", "i").Scan(t.Context(), "n")
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
		{Project: "p", Instance: "i", Node: "n", Status: 400},
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
		total int
		left  string
	}{
		"one node":  {"n", 3, "cab"},
		"all nodes": {"", 6, ""},
	} {
		t.Run(name, func(t *testing.T) {
			api, c := fake(t)
			api.SetSessions("n", three())
			api.SetSessions("m", three())
			kill := func() (string, error) { return c.Instance("p", "i").KillAll(t.Context(), k.node) }
			if k.node == "" {
				kill = func() (string, error) { return c.Instance("p", "i").KillAll(t.Context(), client.AllNodes) }
			}
			id, err := kill()
			require.NoError(t, err)
			job, err := c.Instance("p", "").WaitJob(t.Context(), id, nil)
			require.NoError(t, err)
			assert.Equal(t, &client.JobCounts{Total: k.total, Killed: k.total}, job.Counts)
			assert.Equal(t, "killAllClientsJob", job.Type)
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
	counts := &client.JobCounts{Total: 9}
	api.NextJob(client.Job{Status: client.JobInit, ID: "mine"}, client.Job{Status: client.JobFail, FailReason: reason})
	api.NextJob(client.Job{Status: client.JobRunning}, client.Job{Status: client.JobSuccess, Counts: counts})

	id, err := c.Instance("p", "i").KillAll(t.Context(), "n")
	require.NoError(t, err)
	for _, want := range []client.JobStatus{client.JobInit, client.JobFail, client.JobFail} {
		job, err := c.Instance("p", "").Job(t.Context(), id)
		require.NoError(t, err)
		assert.Equal(t, want, job.Status)
		assert.Equal(t, id, job.ID)
	}
	left, err := list(t.Context(), c, "n", client.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, "cab", left, "what fails kills none")

	id, err = c.Instance("p", "i").KillAll(t.Context(), "n")
	require.NoError(t, err)
	job, err := c.Instance("p", "").WaitJob(t.Context(), id, nil)
	require.NoError(t, err)
	assert.Equal(t, counts, job.Counts)
	left, err = list(t.Context(), c, "n", client.ListOptions{})
	require.NoError(t, err)
	assert.Empty(t, left)

	api.NextJob()
	id, err = c.Instance("p", "i").Scan(t.Context(), "n")
	require.NoError(t, err)
	job, err = c.Instance("p", "").Job(t.Context(), id)
	require.NoError(t, err)
	assert.Equal(t, client.JobSuccess, job.Status)
	assert.Equal(t, "scanClientsJob", job.Type)
	assert.Nil(t, job.Counts)

	_, err = c.Instance("p", "").Job(t.Context(), "job-9")
	assert.ErrorContains(t, err, "404 DCS.4001: There is no such job.")
}

func TestAnyOperationCanBeMadeToFail(t *testing.T) {
	calls := map[clienttest.Operation]func(*client.Client) error{
		clienttest.HangUpClients: func(c *client.Client) error {
			_, err := c.Instance("p", "i").Kill(t.Context(), "n", []client.Target{client.Addr("192.0.2.1:1")})
			return err
		},
		clienttest.HangUpKillAllClients: func(c *client.Client) error {
			_, err := c.Instance("p", "i").KillAll(t.Context(), "n")
			return err
		},
		clienttest.ScanClients: func(c *client.Client) error {
			_, err := c.Instance("p", "i").Scan(t.Context(), "n")
			return err
		},
		clienttest.ListClients: func(c *client.Client) error {
			_, err := list(t.Context(), c, "n", client.ListOptions{})
			return err
		},
		clienttest.ShowNodesInformation: func(c *client.Client) error {
			_, err := c.Instance("p", "i").Nodes(t.Context())
			return err
		},
		clienttest.ShowJobInfo: func(c *client.Client) error {
			_, err := c.Instance("p", "").Job(t.Context(), "job-1")
			return err
		},
	}
	for operation, call := range calls {
		t.Run(string(operation), func(t *testing.T) {
			api, c := fake(t)
			_, err := c.Instance("p", "i").Scan(t.Context(), "n") // for its job
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
			_, err = c.Instance("p", "i").Scan(t.Context(), "n")
			require.NoError(t, err)
			assert.NoError(t, call(c))
		})
	}
}
