package server

import (
	"context"
	"fmt"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// killAllTime is how long a kill-all may take on one node. It is many times what
// killing 10,000 sessions takes, the usual maximum of a node.
const killAllTime = 10 * time.Minute

// HangUpKillAllClients starts a job that kills the sessions of one node or of all
// nodes. Its errors are failures.
func (s *operations) HangUpKillAllClients(ctx context.Context, req strictserver.HangUpKillAllClientsRequestObject) (strictserver.HangUpKillAllClientsResponseObject, error) {
	nodes, err := s.killAllNodes(req)
	if err != nil {
		return nil, err
	}
	instance := instanceKey{req.ProjectID, req.InstanceID}
	if err := s.killAlls.reserve(instance, nodes); err != nil {
		return nil, err
	}
	started := false
	defer func() {
		if !started {
			s.killAlls.release(instance)
			s.killAlls.running.Done()
		}
	}()
	k := &killAll{
		operations: s, instance: instance, nodes: nodes,
		job: job{id: newJobID(), project: req.ProjectID, kind: killAllJob, status: gen.RUNNING, begin: time.Now(), counts: &counts{}},
	}
	k.entry, err = s.audit.recordIntent(ctx, auditRecord{
		Action: auditKillAll, JobID: k.job.id, ProjectID: req.ProjectID, InstanceID: req.InstanceID, NodeIDs: idsOf(nodes),
	})
	if err != nil {
		return nil, internal.with(nothingKilled, err)
	}
	s.jobs.put(k.job)
	started = true
	go k.run()
	return strictserver.HangUpKillAllClients200JSONResponse{Body: gen.JobRef{JobID: k.job.id}}, nil
}

// killAllNodes returns the nodes that the request names. Unlike other requests, it
// must name a node even if the instance has only one.
func (s *operations) killAllNodes(req strictserver.HangUpKillAllClientsRequestObject) ([]fleet.Node, error) {
	nodes, err := s.fleet.Nodes(req.ProjectID, req.InstanceID)
	switch {
	case err != nil:
		return nil, noInstance.with("", err)
	case req.Body.KillAllNodes:
		return nodes, nil
	case req.Body.NodeID == "":
		return nil, invalidRequest.with("/node_id: required unless kill_all_nodes is true", nil)
	}
	node, err := findNode(nodes, req.Body.NodeID)
	return []fleet.Node{node}, err
}

// A killAll is one running job. It reports its errors itself, because no request
// waits for it.
type killAll struct {
	*operations
	instance instanceKey
	nodes    []fleet.Node
	job      job
	entry    *auditEntry
}

func (k *killAll) run() {
	defer k.killAlls.running.Done()
	var total counts
	var results []auditResult
	var reasons []string
	for _, n := range k.nodes {
		outcomes, err := k.kill(n, func(soFar []sessions.Outcome) { k.update(total.add(soFar)) })
		total = total.add(outcomes)
		k.update(total)
		results = append(results, killAllResult(n.ID, outcomes, err))
		if err != nil {
			reasons = append(reasons, fmt.Sprintf("node %s: %s", n.ID, publicReason(err)))
			k.log.Error("kill-all failed", "job_id", k.job.id, "node_id", n.ID, "error", err)
		}
	}
	k.job.status, k.job.end, k.job.counts = gen.SUCCESS, time.Now(), new(total.finalize())
	if reasons != nil {
		k.job.status, k.job.failReason = gen.FAIL, strings.Join(reasons, "; ")
	}
	// The job ends last: a caller that sees the end finds the audit record, and may
	// kill again.
	k.entry.recordOutcome(results...)
	k.killAlls.release(k.instance)
	k.jobs.put(k.job)
}

// update stores the job's progress.
func (k *killAll) update(soFar counts) {
	k.job.counts = &soFar
	k.jobs.put(k.job)
}

// kill runs KillAll on one node until it ends or the server stops.
func (k *killAll) kill(n fleet.Node, progress func([]sessions.Outcome)) (outcomes []sessions.Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			k.log.Error("panic", "job_id", k.job.id, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(k.killAlls.ctx, killAllTime)
	defer cancel()
	outcomes, err = n.KillAll(ctx, progress)
	if err != nil && k.killAlls.ctx.Err() != nil { // whatever error the stop caused
		err = fmt.Errorf("%w: %w", errStopped, err)
	}
	return outcomes, err
}

// killAlls tracks the kill-alls that run, at most one per instance.
type killAlls struct {
	ctx     context.Context // of every kill-all
	cancel  context.CancelCauseFunc
	running sync.WaitGroup

	mu      sync.Mutex
	stopped bool
	nodes   map[instanceKey][]fleet.Node // of the instances with a kill-all
}

type instanceKey struct{ project, instance string }

func newKillAlls() *killAlls {
	k := &killAlls{nodes: map[instanceKey][]fleet.Node{}}
	k.ctx, k.cancel = context.WithCancelCause(context.Background())
	return k
}

// reserve marks the instance as busy and adds 1 to k.running. The caller must call
// release once another kill-all may start, and then k.running.Done. The error is a
// failure.
func (k *killAlls) reserve(key instanceKey, nodes []fleet.Node) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	switch _, taken := k.nodes[key]; {
	case k.stopped:
		return stopping.with("", nil)
	case taken:
		return taskRunning.with("A kill-all of this instance is running.", nil)
	}
	k.nodes[key] = nodes
	k.running.Add(1)
	return nil
}

func (k *killAlls) release(key instanceKey) {
	k.mu.Lock()
	defer k.mu.Unlock()
	delete(k.nodes, key)
}

// busy reports whether a running kill-all of the instance includes the node.
func (k *killAlls) busy(key instanceKey, node *sessions.Node) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.ContainsFunc(k.nodes[key], func(n fleet.Node) bool { return n.Node == node })
}

// stop cancels the running kill-alls and refuses new ones.
func (k *killAlls) stop() {
	k.mu.Lock()
	k.stopped = true
	k.mu.Unlock()
	k.cancel(errStopped)
}

// wait waits until all kill-alls have ended, or until ctx ends.
func (k *killAlls) wait(ctx context.Context) error {
	ended := make(chan struct{})
	go func() {
		k.running.Wait()
		close(ended)
	}()
	select {
	case <-ended:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
