package server

import (
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// Serving is New for other operations.
func Serving(o Options, operations gen.StrictServerInterface) (*API, error) {
	return serving(o, operations)
}

// SetNow is called before the first request.
func (a *API) SetNow(now func() time.Time) { a.now = now }

// ActionsOf is what an operation's callers must be allowed, one of them.
func ActionsOf(operationID string) []string { return actionsOf[operationID] }

// Locks are counted for access keys from nowhere.
type Locks struct{ *locks }

func NewLocks(max int) Locks { return Locks{newLocks(max)} }

func (l Locks) Fail(access string, now time.Time) { l.fail(lockKey{access: access}, now) }
func (l Locks) Clear(access string)               { l.clear(lockKey{access: access}) }

// Len fails where list and map differ.
func (l Locks) Len() int {
	if len(l.entries) != l.order.Len() {
		return -1
	}
	return l.order.Len()
}

func (l Locks) Failures(access string) int {
	if e := l.entries[lockKey{access: access}]; e != nil {
		return e.Value.(*lockEntry).failures
	}
	return 0
}

// PageOf is one page of a list.
var PageOf = pageOf

// Snapshots are what is kept of nodes.
type Snapshots struct{ s *snapshots }

func NewSnapshots() Snapshots { return Snapshots{newSnapshots()} }

func (s Snapshots) Scan(node lister, afresh bool) error { return s.s.scan(node, afresh) }

func (s Snapshots) List(node lister, first bool, caller string) (*sessions.Listing, error) {
	return s.s.list(node, first, caller)
}

func (s Snapshots) ShownTo(caller string, node lister) *sessions.Listing {
	return s.s.shownTo(caller, node)
}

// Len is how many listings are kept, one that is kept twice counted twice.
func (s Snapshots) Len() int {
	s.s.kept.mu.Lock()
	defer s.s.kept.mu.Unlock()
	s.s.shown.mu.Lock()
	defer s.s.shown.mu.Unlock()
	return len(s.s.kept.entries) + len(s.s.shown.entries)
}

// Jobs are those of one project p, by their ids.
type Jobs struct{ m *memoryJobs }

func NewJobs(max int) Jobs { return Jobs{newMemoryJobs(max)} }

func (j Jobs) Begin(id string) { j.m.put(job{id: id, project: "p", begin: time.Now()}) }
func (j Jobs) End(id string)   { j.m.put(job{id: id, project: "p", begin: time.Now(), end: time.Now()}) }
func (j Jobs) Len() int        { return len(j.m.jobs) }
func (j Jobs) Has(project, id string) bool {
	_, ok := j.m.get(project, id)
	return ok
}

// BreakProgress makes every put of a job that runs panic but for the first.
func (a *API) BreakProgress() { a.server.jobs = &brokenJobs{jobStore: a.server.jobs} }

type brokenJobs struct {
	jobStore
	puts int
}

func (b *brokenJobs) put(j job) {
	if b.puts++; b.puts == 2 {
		panic("put")
	}
	b.jobStore.put(j)
}

// StopAtFirstKill stops the kill-alls when one of them tells of its first kill.
func (a *API) StopAtFirstKill() { a.server.jobs = &stoppingJobs{a.server.jobs, a.server.running} }

type stoppingJobs struct {
	jobStore
	running *running
}

func (s *stoppingJobs) put(j job) {
	if j.counts != nil && j.counts.killed > 0 {
		s.running.stop(errStopped)
	}
	s.jobStore.put(j)
}
