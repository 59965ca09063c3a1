package clienttest_test

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/client/clienttest"
)

// some are three sessions, of which the last is protected.
func some() []client.Session {
	socket, why := "/run/redis.sock:0", "replication"
	return []client.Session{
		{ID: "1", Addr: "192.0.2.1:1"},
		{ID: "2", Addr: socket, Peer: socket},
		{ID: "3", Addr: "192.0.2.3:3", Protected: true, Protection: why},
	}
}

func TestAKillIsAnsweredWithItsOutcome(t *testing.T) {
	for name, k := range map[string]struct {
		targets []client.Target
		counts  *client.Counts
		results []client.Result
		err     string
		left    string
	}{
		"by address and by id":   {[]client.Target{client.ID("2"), client.Addr("192.0.2.1:1")}, &client.Counts{Killed: 2}, []client.Result{"killed", "killed"}, "", "3"},
		"of some that are gone":  {[]client.Target{client.ID("9"), client.Addr("192.0.2.1:1")}, &client.Counts{Killed: 1, Gone: 1}, []client.Result{"gone", "killed"}, "", "23"},
		"one in two ways":        {[]client.Target{client.ID("1"), client.Addr("192.0.2.1:1")}, &client.Counts{Killed: 1}, []client.Result{"killed", "killed"}, "", "23"},
		"of all that are gone":   {client.Addrs("192.0.2.9:9"), &client.Counts{Gone: 1}, []client.Result{"gone"}, "", "123"},
		"of a protected session": {client.Addrs("192.0.2.1:1", "192.0.2.3:3"), nil, []client.Result{"not killed", "not killed"}, "400 DCS.4800: A session that is named is protected. (Protected: 192.0.2.3:3. Nothing was killed.)", "123"},
	} {
		t.Run(name, func(t *testing.T) {
			api, c := fake(t)
			api.SetSessions("n", some())
			outcome, err := c.Instance("p", "i").Kill(t.Context(), "n", k.targets)
			if k.err == "" {
				require.NoError(t, err)
			} else {
				require.ErrorContains(t, err, k.err)
			}
			assert.Equal(t, client.Outcome{Counts: k.counts, Results: k.results}, outcome)
			left, err := list(t.Context(), c, "n", client.ListOptions{})
			require.NoError(t, err)
			assert.Equal(t, k.left, left)
			require.Len(t, api.Kills(), 1)
		})
	}
	api, c := fake(t)
	_, err := c.Instance("p", "i").Kill(t.Context(), "n", []client.Target{client.ID("2"), client.Addr("192.0.2.1:1")})
	require.NoError(t, err)
	kill := api.Kills()[0]
	kill.Header = nil
	assert.Equal(t, clienttest.Kill{Project: "p", Instance: "i", Node: "n", Addrs: []string{"192.0.2.1:1"}, IDs: []string{"2"}, Status: 204}, kill)
}

func TestAKillAllLeavesTheProtected(t *testing.T) {
	api, c := fake(t)
	api.SetSessions("n", some())
	id, err := c.Instance("p", "i").KillAll(t.Context(), "n")
	require.NoError(t, err)
	job, err := c.Instance("p", "").WaitJob(t.Context(), id, nil)
	require.NoError(t, err)
	assert.Equal(t, &client.JobCounts{Total: 3, Killed: 2, Protected: 1}, job.Counts)
	left, err := list(t.Context(), c, "n", client.ListOptions{})
	require.NoError(t, err)
	assert.Equal(t, "3", left)
}
