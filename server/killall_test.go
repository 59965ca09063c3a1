package server_test

import (
	"encoding/json"
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/server"
)

const killAllPath = clientsPath + "/kill-all"

func (a *api) killAll(body string) response { return a.send("POST", killAllPath, body, nil) }

// startKillAll starts a kill-all and returns the id of its job.
func (a *api) startKillAll(body string) string {
	a.t.Helper()
	got := a.killAll(body)
	require.Equal(a.t, 200, got.status, got.body)
	var ref gen.JobRef
	require.NoError(a.t, json.Unmarshal([]byte(got.body), &ref))
	require.Regexp(a.t, `^[0-9a-f]{32}$`, ref.JobID)
	return ref.JobID
}

// await polls a job until it ends.
func (a *api) await(id string) (job gen.Job) {
	a.t.Helper()
	require.Eventually(a.t, func() bool {
		job = a.job(id)
		return job.EndTime != ""
	}, 30*time.Second, 5*time.Millisecond)
	return job
}

func countsOf(j gen.Job) string {
	c := j.Counts
	return fmt.Sprintf("%d: %d killed, %d gone, %d protected, %d failed", c.Total, c.Killed, c.Gone, c.Protected, c.Failed)
}

func TestAKillAllClosesAllSessionsOfANode(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		other := redistest.Start(t)
		a := startInstance(t, fleet.NodeConfig{ID: "n", Address: node.Addr()}, fleet.NodeConfig{ID: "m", Address: other.Addr()})
		all, spared := dialMany(t, node.Addr(), 30), redistest.Dial(t, other.Addr(), "spared")
		job := a.await(a.startKillAll(`{"node_id":"n"}`))
		assert.Equal(t, gen.SUCCESS, job.Status)
		assert.Equal(t, "killAllClientsJob", job.JobType)
		assert.Equal(t, "31: 30 killed, 0 gone, 1 protected, 0 failed", countsOf(job), "the server's own connection is protected")
		assert.Empty(t, job.FailReason)
		assert.LessOrEqual(t, job.BeginTime, job.EndTime)
		for _, s := range all {
			assert.True(t, s.Closed())
		}
		assert.True(t, spared.Open())
		assert.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status, "the kill-all has ended")
		assert.Equal(t, gen.SUCCESS, a.await(a.startKillAll(`{"node_id":"n"}`)).Status)
	})
}

func TestKillAllNodesIgnoresTheNodeID(t *testing.T) {
	t.Parallel()
	for _, body := range []string{`{"kill_all_nodes":true}`, `{"kill_all_nodes":true,"node_id":"m"}`, `{"kill_all_nodes":true,"node_id":""}`, `{"kill_all_nodes":true,"node_id":"unknown"}`} {
		first, second := redistest.Start(t), redistest.Start(t)
		a := startInstance(t, fleet.NodeConfig{ID: "n", Address: first.Addr()}, fleet.NodeConfig{ID: "m", Address: second.Addr()})
		s1, s2 := redistest.Dial(t, first.Addr(), "s1"), redistest.Dial(t, second.Addr(), "s2")
		job := a.await(a.startKillAll(body))
		assert.Equal(t, gen.SUCCESS, job.Status, body)
		assert.Equal(t, "4: 2 killed, 0 gone, 2 protected, 0 failed", countsOf(job), body)
		assert.True(t, s1.Closed(), body)
		assert.True(t, s2.Closed(), body)
	}
	a := startAPI(t, fleet.NodeConfig{Address: "127.0.0.1:1"})
	got := a.send("POST", "/v2/p/instances/empty/clients/kill-all", `{"kill_all_nodes":true}`, nil)
	assert.Equal(t, 200, got.status, "an instance without nodes has no sessions")
}

func TestAReplicaOutlivesAKillAll(t *testing.T) {
	t.Parallel()
	primary, replica, link := startPair(t)
	before := link()
	a := startInstance(t, fleet.NodeConfig{ID: "n", Address: primary.Addr()}, fleet.NodeConfig{ID: "m", Address: replica.Addr()})
	s := redistest.Dial(t, primary.Addr(), "s")
	job := a.await(a.startKillAll(`{"kill_all_nodes":true}`))
	assert.Equal(t, gen.SUCCESS, job.Status, "protected sessions do not fail the job")
	assert.EqualValues(t, 4, job.Counts.Protected, "two replication links and two connections of the server")
	assert.True(t, s.Closed())
	after, err := redistest.Dial(t, primary.Addr(), "").Do("CLIENT", "LIST", "TYPE", "replica")
	require.NoError(t, err)
	assert.Contains(t, after, " addr="+before+" ")
}

func TestARunningKillAllExcludesOtherKillsOfItsNodes(t *testing.T) {
	t.Parallel()
	first, second := redistest.Start(t), redistest.Start(t)
	a := startInstance(t, fleet.NodeConfig{ID: "n", Address: first.Addr()}, fleet.NodeConfig{ID: "m", Address: second.Addr()})
	require.NoError(t, second.Pause())
	defer second.Resume() //nolint:errcheck // if the test ends early
	s1 := redistest.Dial(t, first.Addr(), "s1")
	id := a.startKillAll(`{"kill_all_nodes":true}`)
	require.Eventually(t, func() bool { return a.job(id).Counts.Killed == 1 }, 4*time.Second, 5*time.Millisecond, "who polls sees how far it came")
	assert.True(t, s1.Closed())
	job := a.job(id)
	assert.Equal(t, gen.RUNNING, job.Status)
	assert.Empty(t, job.EndTime)
	assert.Equal(t, "2: 1 killed, 0 gone, 1 protected, 0 failed", countsOf(job))

	const message = "This operation is not allowed when the task is in the current state."
	for name, got := range map[string]response{
		"another kill-all of the instance": a.killAll(`{"kill_all_nodes":true}`),
		"one of one node":                  a.killAll(`{"node_id":"n"}`),
		"a kill on a node that is done":    a.kill(killBody("10.0.0.1:1")),
		"a kill on a node that is not":     a.kill(strings.Replace(killBody("10.0.0.1:1"), `"n"`, `"m"`, 1)),
	} {
		assert.Equal(t, 400, got.status, name)
		assert.Equal(t, "DCS.4957", got.fault.ErrorCode, name)
		assert.Equal(t, message, got.fault.ErrorMsg, name)
	}
	assert.Len(t, a.audit.records(t), 1, "a refused request records no intent")
	other := a.send("POST", "/v2/p/instances/empty/clients/kill-all", `{"kill_all_nodes":true}`, nil)
	assert.Equal(t, 200, other.status, "each instance may have a kill-all")
	nodes := a.nodes().Nodes
	assert.Equal(t, gen.Inactive, nodes[1].Status)
	assert.NotEmpty(t, nodes[1].StatusReason)
	assert.Equal(t, gen.Master, nodes[0].NodeType)

	require.NoError(t, second.Resume())
	assert.Equal(t, gen.SUCCESS, a.await(id).Status)
}

func TestARunningKillAllAllowsKillsOnOtherNodes(t *testing.T) {
	t.Parallel()
	first, second := redistest.Start(t), redistest.Start(t)
	a := startInstance(t, fleet.NodeConfig{ID: "n", Address: first.Addr()}, fleet.NodeConfig{ID: "m", Address: second.Addr()})
	require.NoError(t, second.Pause())
	id := a.startKillAll(`{"node_id":"m"}`)
	s := redistest.Dial(t, first.Addr(), "s")
	assert.Equal(t, 204, a.killPeers(s).status)
	assert.True(t, s.Closed())
	require.NoError(t, second.Resume())
	assert.Equal(t, gen.SUCCESS, a.await(id).Status)
}

func TestAKillAllContinuesAfterANodeThatFails(t *testing.T) {
	t.Parallel()
	up, down := redistest.Start(t), redistest.Start(t)
	locked := redistest.Start(t, "--requirepass", "s3cret")
	a := startInstance(t, fleet.NodeConfig{ID: "down", Address: down.Addr()}, fleet.NodeConfig{ID: "locked", Address: locked.Addr()}, fleet.NodeConfig{ID: "up", Address: up.Addr()})
	require.NoError(t, down.Close())
	s := redistest.Dial(t, up.Addr(), "s")
	job := a.await(a.startKillAll(`{"kill_all_nodes":true}`))
	assert.Equal(t, gen.FAIL, job.Status)
	assert.Equal(t, "node down: the node's host refuses the connection: nothing listens on the port; node locked: the node requires a password", job.FailReason)
	assert.Equal(t, "2: 1 killed, 0 gone, 1 protected, 0 failed", countsOf(job))
	assert.True(t, s.Closed())
	assert.Len(t, a.log.lines(t, "kill-all failed"), 2)
	assert.Contains(t, a.log.String(), down.Addr(), "the log contains the node's address")
}

func TestAnInvalidKillAllIsRefused(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	s := redistest.Dial(t, node.Addr(), "s")
	for _, c := range []struct {
		name, body, token, path string
		status                  int
		code, details           string
	}{
		{name: "nothing", status: 400, code: "DCS.4004"},
		{name: "no node", body: `{}`, status: 400, code: "DCS.4800", details: "/node_id: required unless kill_all_nodes is true"},
		{name: "an empty node", body: `{"node_id":""}`, status: 400, code: "DCS.4800", details: "/node_id: required unless kill_all_nodes is true"},
		{name: "not all nodes, and none", body: `{"kill_all_nodes":false}`, status: 400, code: "DCS.4800", details: "/node_id: required unless kill_all_nodes is true"},
		{name: "an unknown node", body: `{"node_id":"m"}`, status: 400, code: "DCS.3053"},
		{name: "all of a text", body: `{"kill_all_nodes":"true"}`, status: 400, code: "DCS.4800", details: "/kill_all_nodes: "},
		{name: "an unknown key", body: `{"node_id":"n","force":true}`, status: 400, code: "DCS.4800", details: "/force: "},
		{name: "an unknown instance", body: `{"kill_all_nodes":true}`, path: "/v2/p/instances/j/clients/kill-all", status: 404, code: "DCS.3022"},
		{name: "an unknown instance without a node", body: `{}`, path: "/v2/p/instances/j/clients/kill-all", status: 404, code: "DCS.3022"},
		{name: "another project's instance", body: `{"kill_all_nodes":true}`, path: "/v2/other/instances/i/clients/kill-all", status: 404, code: "DCS.3022"},
		{name: "a caller that may only list", body: `{"kill_all_nodes":true}`, token: listerToken, status: 403, code: "DCS.2007"},
		{name: "another project's token", body: `{"kill_all_nodes":true}`, token: otherToken, status: 403, code: "DCS.1004"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path, token := killAllPath, opsToken
			if c.path != "" {
				path = c.path
			}
			if c.token != "" {
				token = c.token
			}
			got := a.send("POST", path, c.body, map[string]string{"X-Auth-Token": token})
			assert.Equal(t, c.status, got.status, got.body)
			assert.Equal(t, c.code, got.fault.ErrorCode)
			assert.Contains(t, got.details(), c.details)
		})
	}
	assert.True(t, s.Open())
	assert.Empty(t, a.audit.String())
	two := startInstance(t, fleet.NodeConfig{ID: "n", Address: node.Addr()}, fleet.NodeConfig{ID: "m", Address: node.Addr()})
	got := two.killAll(`{}`)
	assert.Equal(t, "DCS.4800", got.fault.ErrorCode)
	assert.Equal(t, "/node_id: required unless kill_all_nodes is true", got.details())
}

func TestCloseStopsAKillAll(t *testing.T) {
	t.Parallel()
	hung, second := startHung(t), redistest.Start(t)
	a := startInstance(t, fleet.NodeConfig{ID: "n", Address: hung.addr}, fleet.NodeConfig{ID: "m", Address: second.Addr()})
	s := redistest.Dial(t, second.Addr(), "s")
	id := a.startKillAll(`{"kill_all_nodes":true}`)
	<-hung.asked
	require.NoError(t, a.Close(t.Context()), "whatever hangs")

	job := a.job(id)
	assert.Equal(t, gen.FAIL, job.Status)
	assert.Equal(t, "node n: the server was stopped; node m: the server was stopped", job.FailReason)
	records := a.audit.records(t)
	require.Len(t, records, 2, "its outcome is written")
	assert.Equal(t, "outcome", records[1]["event"])
	assert.True(t, s.Open())
	got := a.killAll(`{"node_id":"m"}`)
	assert.Equal(t, 503, got.status, "no kill-all starts after Close")
	assert.Equal(t, "DCS.5006", got.fault.ErrorCode)
	assert.Equal(t, "1", got.header.Get("Retry-After"))
	assert.Len(t, a.audit.records(t), 2)
}

func TestAStoppedKillAllRecordsWhatItKilled(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	a := startAPI(t, fleet.NodeConfig{Address: node.Addr()})
	all := dialMany(t, node.Addr(), 1000)
	a.StopAtFirstKill()
	id := a.startKillAll(`{"node_id":"n"}`)
	for a.job(id).Status == gen.RUNNING {
	}
	require.NoError(t, a.Close(t.Context()))
	job := a.job(id)
	require.Equal(t, gen.FAIL, job.Status)
	assert.Equal(t, "node n: the server was stopped", job.FailReason)
	c := job.Counts
	assert.EqualValues(t, len(all)+1, c.Total)
	assert.Positive(t, c.Failed, "skipped sessions count as failed")
	assert.Equal(t, c.Total, c.Killed+c.Gone+c.Protected+c.Failed)
	assert.Len(t, a.lastResult()["killed"], int(c.Killed))
	assert.Len(t, a.lastResult()["skipped"], int(c.Failed))
	assert.True(t, all[0].Closed())
	assert.True(t, all[len(all)-1].Open())
}

// A hungNode accepts connections and never replies.
type hungNode struct {
	addr   string
	asked  chan struct{} // closed after the first command
	hangUp func()
}

func startHung(t *testing.T) *hungNode {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	h := &hungNode{addr: ln.Addr().String(), asked: make(chan struct{})}
	over := make(chan struct{})
	h.hangUp = sync.OnceFunc(func() { close(over); ln.Close() })
	t.Cleanup(h.hangUp)
	go func() {
		conn, err := ln.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		conn.Read(make([]byte, 1))
		close(h.asked)
		<-over
	}()
	return h
}

// A panic in the goroutine of a kill-all would end the process.
func TestAKillAllThatPanicsFailsItsJob(t *testing.T) {
	t.Parallel()
	node := redistest.Start(t)
	f, err := fleet.New(fleet.Options{Projects: []fleet.Project{{ID: "p", Instances: []fleet.Instance{{ID: "i", Nodes: []fleet.NodeConfig{{ID: "n", Address: node.Addr()}}}}}}})
	require.NoError(t, err)
	defer f.Close()
	a := start(t, server.Options{Fleet: f, Auth: testAuth(), Getenv: secrets})
	a.PanicOnProgress()
	job := a.await(a.startKillAll(`{"node_id":"n"}`))
	assert.Equal(t, gen.FAIL, job.Status)
	assert.Equal(t, "node n: internal error", job.FailReason)
	assert.Len(t, a.log.lines(t, "panic"), 1)
	assert.Equal(t, 204, a.kill(killBody("10.0.0.1:1")).status, "the instance is free again")
}
