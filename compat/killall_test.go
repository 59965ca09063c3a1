package compat

import (
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestAKillAllClosesAllSocketsOfItsNodeAndNoOther(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		second := redistest.Start(t)
		c := serve(t, node.Addr(), second.Addr()).call(t, deploy)
		all, spared := dialMany(t, node.Addr(), 12), dialMany(t, second.Addr(), 2)
		job := c.await(c.killAll(allOf("n")))
		assert.Equal(t, statuses.SUCCESS, *job.Status)
		assert.Equal(t, "killAllClientsJob", job.JobType.Value())
		assert.LessOrEqual(t, milliseconds(t, job.BeginTime), milliseconds(t, job.EndTime))
		assert.Nil(t, job.FailReason)
		for i, s := range all {
			assert.True(t, s.Closed(), "session %d", i)
		}
		for i, s := range spared {
			assert.True(t, s.Open(), "session %d", i)
		}
		c.succeeds(c.killAll(allOf("n"))) // it may be done again
	})
}

func TestAKillAllOfAllNodesClosesTheSocketsOfAll(t *testing.T) {
	first, second := redistest.Start(t), redistest.Start(t)
	p := serve(t, first.Addr(), second.Addr())
	for name, body := range map[string]model.HangUpKillAllClientsRequestBody{
		"without a node":          everywhere,
		"whatever the node is":    {KillAllNodes: new(true), NodeId: new("m")},
		"also where it is empty":  {KillAllNodes: new(true), NodeId: new("")},
		"also where it is no one": {KillAllNodes: new(true), NodeId: new("o")},
	} {
		t.Run(name, func(t *testing.T) {
			all := append(dialMany(t, first.Addr(), 3), dialMany(t, second.Addr(), 3)...)
			c := p.call(t, deploy)
			c.succeeds(c.killAll(body))
			for i, s := range all {
				assert.True(t, s.Closed(), "session %d", i)
			}
		})
	}
}

func TestAReplicasLinkOutlivesAKillAll(t *testing.T) {
	primary, replica, link := startPair(t)
	p := serve(t, primary.Addr(), replica.Addr())
	c := p.call(t, deploy)
	before := link()
	all := append(dialMany(t, primary.Addr(), 3), dialMany(t, replica.Addr(), 3)...)
	job := c.killAll(everywhere)
	id := c.requestID()
	c.succeeds(job)
	for i, s := range all {
		assert.True(t, s.Closed(), "session %d", i)
	}
	assert.Equal(t, before, link())
	_, outcome := p.audited(id)
	for _, r := range outcome.Results {
		assert.Len(t, r.Protected, 2, "node %s: its end of the link, and the server's own connection", r.NodeID)
	}
}

func TestAKillAllOfAnInstanceThatHasOneIsRefused(t *testing.T) {
	first, second := redistest.Start(t), redistest.Start(t)
	c := serve(t, first.Addr(), second.Addr()).call(t, deploy)
	c.succeeds(c.killAll(everywhere)) // the server is connected from here on
	s, waiting := redistest.Dial(t, first.Addr(), "s"), redistest.Dial(t, second.Addr(), "waiting")
	require.NoError(t, second.Pause())
	defer second.Resume() //nolint:errcheck // if the test ends early
	id := c.killAll(everywhere)
	require.True(t, s.Closed())
	job := c.job(id)
	assert.Equal(t, statuses.RUNNING, *job.Status)
	assert.Nil(t, job.EndTime)
	for name, call := range map[string]func() error{
		"another of all nodes":         func() error { return c.tryKillAll(everywhere) },
		"another of a node":            func() error { return c.tryKillAll(allOf("n")) },
		"a kill on a node that is":     func() error { return c.tryKill("n", s.Addr()) },
		"a kill on a node that is not": func() error { return c.tryKill("m", waiting.Addr()) },
	} {
		e := c.refused(call(), 400, "DCS.4957")
		assert.Equal(t, "This operation is not allowed when the task is in the current state.", e.ErrorMessage, name)
	}
	require.NoError(t, second.Resume())
	c.succeeds(id)
	assert.True(t, waiting.Closed())
	assert.NoError(t, c.tryKill("m", waiting.Addr())) // it is over
	c.succeeds(c.killAll(everywhere))
}

// The two requests that the server must refuse.
func (c *caller) tryKillAll(body model.HangUpKillAllClientsRequestBody) error {
	_, err := c.HangUpKillAllClients(killingAll(body))
	return err
}

func (c *caller) tryKill(node string, addrs ...string) error {
	r := request(addrs...)
	r.Body.NodeId = node
	_, err := c.HangUpClients(r)
	return err
}

func TestAKillAllFailsWithItsNodeAndTheOthersAreDone(t *testing.T) {
	down, up := redistest.Start(t), redistest.Start(t)
	c := serve(t, down.Addr(), up.Addr()).call(t, deploy)
	require.NoError(t, down.Close())
	s := redistest.Dial(t, up.Addr(), "s")
	job := c.await(c.killAll(everywhere))
	assert.Equal(t, statuses.FAIL, *job.Status)
	require.NotNil(t, job.FailReason)
	assert.Equal(t, "node n: the node's host refuses the connection: nothing listens on the port", *job.FailReason)
	assert.NotNil(t, job.EndTime)
	assert.True(t, s.Closed())
}

func TestAKillAllThatSaysTooLittleKillsNothing(t *testing.T) {
	node := redistest.Start(t)
	p := serve(t, node.Addr())
	s := redistest.Dial(t, node.Addr(), "s")
	for _, r := range []struct {
		name    string
		request *model.HangUpKillAllClientsRequest
		status  int
		code    string
		details string
	}{
		{"no body", &model.HangUpKillAllClientsRequest{InstanceId: "i"}, 400, "DCS.4004", ""},
		{"neither", killingAll(model.HangUpKillAllClientsRequestBody{}), 400, "DCS.4800", "/node_id: required unless kill_all_nodes is true"},
		{"an empty node", killingAll(allOf("")), 400, "DCS.4800", "/node_id: required unless kill_all_nodes is true"},
		{"not all nodes, and none", killingAll(model.HangUpKillAllClientsRequestBody{KillAllNodes: new(false)}), 400, "DCS.4800", "/node_id: required unless kill_all_nodes is true"},
		{"an unknown node", killingAll(allOf("m")), 400, "DCS.3053", "/node_id: the instance has no such node"},
		{"a node that was never filled in", killingAll(allOf("{node_id}")), 400, "DCS.3053", "/node_id: "},
		{"an unknown instance", &model.HangUpKillAllClientsRequest{InstanceId: "j", Body: &everywhere}, 404, "DCS.3022", ""},
	} {
		t.Run(r.name, func(t *testing.T) {
			c := p.call(t, deploy)
			_, err := c.HangUpKillAllClients(r.request)
			c.refused(err, r.status, r.code)
			assert.Contains(t, c.details(), r.details)
		})
	}
	assert.True(t, s.Open())
	assert.Empty(t, p.audit())
	c := p.call(t, deploy)
	c.succeeds(c.killAll(allOf("n"))) // it could have been killed all the time
	assert.True(t, s.Closed())
}
