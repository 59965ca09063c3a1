package server

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

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
