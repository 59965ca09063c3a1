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

// killAllTime is how long a kill-all may take on one node: many times as long as
// it takes 10,000 sessions, a node's usual maximum, to be killed.
const killAllTime = 10 * time.Minute

// HangUpKillAllClients begins a job that kills the sessions of one node or of
// all. Its errors are failures.
func (s *Server) HangUpKillAllClients(ctx context.Context, req strictserver.HangUpKillAllClientsRequestObject) (strictserver.HangUpKillAllClientsResponseObject, error) {
	nodes, err := s.killAllNodes(req)
	if err != nil {
		return nil, err
	}
	instance := instanceKey{req.ProjectID, req.InstanceID}
	if err := s.running.reserve(instance, nodes); err != nil {
		return nil, err
	}
	begun := false
	defer func() {
		if !begun {
			s.running.free(instance)
			s.running.jobs.Done()
		}
	}()
	k := &killAll{
		Server: s, instance: instance, nodes: nodes,
		job: job{id: newJobID(), project: req.ProjectID, kind: killAllJob, status: gen.RUNNING, begin: time.Now(), counts: &counts{}},
	}
	k.audit, err = s.audit.recordIntent(ctx, auditRecord{
		Action: auditKillAll, JobID: k.job.id, ProjectID: req.ProjectID, InstanceID: req.InstanceID, NodeIDs: idsOf(nodes),
	})
	if err != nil {
		return nil, internal.with(nothingKilled, err)
	}
	s.jobs.put(k.job)
	begun = true
	go k.run()
	return strictserver.HangUpKillAllClients200JSONResponse{Body: gen.JobRef{JobID: k.job.id}}, nil
}

func (s *Server) killAllNodes(req strictserver.HangUpKillAllClientsRequestObject) ([]fleet.Node, error) {
	nodes, err := s.fleet.Nodes(req.ProjectID, req.InstanceID)
	id := req.Body.NodeID
	switch {
	case err != nil:
		return nil, noInstance.with("", err)
	case req.Body.KillAllNodes:
		return nodes, nil
	case id == "": // not even the only node is meant by saying nothing
		return nil, invalidRequest.with("/node_id: needed unless kill_all_nodes is true", nil)
	}
	node, err := s.node(req.ProjectID, req.InstanceID, id)
	return []fleet.Node{node}, err
}

func idsOf(nodes []fleet.Node) []string {
	ids := make([]string, len(nodes))
	for i, n := range nodes {
		ids[i] = n.ID
	}
	return ids
}

// A killAll is one job that runs. Nobody waits for it, so it answers for itself.
type killAll struct {
	*Server
	instance instanceKey
	nodes    []fleet.Node
	job      job
	audit    *auditEntry
}

func (k *killAll) run() {
	defer k.running.jobs.Done()
	var done counts
	var results []auditResult
	var reasons []string
	for _, n := range k.nodes {
		outcomes, err := k.kill(n, func(soFar []sessions.Outcome) { k.show(done.with(soFar)) })
		done = done.with(outcomes)
		k.show(done)
		results = append(results, killAllResult(n.ID, outcomes, err))
		if err != nil {
			reasons = append(reasons, fmt.Sprintf("node %s: %s", n.ID, reason(err)))
			k.log.Error("kill-all failed", "job_id", k.job.id, "node_id", n.ID, "error", err)
		}
	}
	k.job.status, k.job.end, k.job.counts = gen.SUCCESS, time.Now(), new(done.over())
	if reasons != nil {
		k.job.status, k.job.failReason = gen.FAIL, strings.Join(reasons, "; ")
	}
	// who sees that it is over finds its record, and may kill again
	k.audit.recordOutcome(results...)
	k.running.free(k.instance)
	k.jobs.put(k.job)
}

// show tells who polls how far it came.
func (k *killAll) show(soFar counts) {
	k.job.counts = &soFar
	k.jobs.put(k.job)
}

// kill is KillAll on one node, which the server's end cuts short.
func (k *killAll) kill(n fleet.Node, progress func([]sessions.Outcome)) (outcomes []sessions.Outcome, err error) {
	defer func() {
		if p := recover(); p != nil {
			k.log.Error("panic", "job_id", k.job.id, "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	ctx, cancel := context.WithTimeout(k.running.ctx, killAllTime)
	defer cancel()
	outcomes, err = n.KillAll(ctx, progress)
	if err != nil && k.running.ctx.Err() != nil { // whatever broke because of it
		err = fmt.Errorf("%w: %w", errStopped, err)
	}
	return outcomes, err
}

// running knows the kill-alls that run, at most one an instance, and ends them
// with the server.
type running struct {
	ctx  context.Context // of all of them
	stop context.CancelCauseFunc
	jobs sync.WaitGroup

	end    context.Context // of kills, which may go on for a while after stop
	cutOff context.CancelCauseFunc

	mu      sync.Mutex
	stopped bool
	nodes   map[instanceKey][]fleet.Node
}

type instanceKey struct{ project, instance string }

func newRunning() *running {
	r := &running{nodes: map[instanceKey][]fleet.Node{}}
	r.ctx, r.stop = context.WithCancelCause(context.Background())
	r.end, r.cutOff = context.WithCancelCause(context.Background())
	return r
}

// reserve is followed by free, when another kill-all may begin, and then by one
// r.jobs.Done. Its errors are failures.
func (r *running) reserve(key instanceKey, nodes []fleet.Node) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	switch _, taken := r.nodes[key]; {
	case r.stopped:
		return stopping.with("", nil)
	case taken:
		return taskRunning.with("A kill-all of this instance is running.", nil)
	}
	r.nodes[key] = nodes
	r.jobs.Add(1)
	return nil
}

func (r *running) free(key instanceKey) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.nodes, key)
}

// at tells whether a kill-all of the instance has this node to do, or to have
// done.
func (r *running) at(key instanceKey, node *sessions.Node) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.ContainsFunc(r.nodes[key], func(m fleet.Node) bool { return m.Node == node })
}

// bound returns ctx for the time d, and no longer than until cutOff.
func (r *running) bound(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	ctx, cut := context.WithCancelCause(ctx)
	stop := context.AfterFunc(r.end, func() { cut(errStopped) })
	ctx, cancel := context.WithTimeout(ctx, d)
	return ctx, func() {
		stop()
		cancel()
		cut(nil)
	}
}

// halt lets no kill-all begin any more, and stops those that run.
func (r *running) halt() {
	r.mu.Lock()
	r.stopped = true
	r.mu.Unlock()
	r.stop(errStopped)
}

// close halts, and waits until the kill-alls are over, or ctx is.
func (r *running) close(ctx context.Context) error {
	r.halt()
	over := make(chan struct{})
	go func() {
		r.jobs.Wait()
		close(over)
	}()
	select {
	case <-over:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
