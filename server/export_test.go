package server

import (
	"bytes"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// Serving is New for other operations.
func Serving(o Options, operations strictserver.StrictServerInterface) (*API, error) {
	a, err := serving(o, operations)
	if err == nil {
		a.server = newServer(o)
	}
	return a, err
}

// ActionsOf is what an operation's callers must be allowed, one of them.
func ActionsOf(operationID string) []string { return actionsOf[operationID] }

// A Lockout counts failures per access key, all of one network.
type Lockout struct{ l *lockout }

func NewLockout(maxKeys uint64) Lockout { return Lockout{newLockout(maxKeys)} }

func (l Lockout) Fail(accessKey string)         { l.l.fail(lockoutKey{accessKey: accessKey}) }
func (l Lockout) Failures(accessKey string) int { return l.l.count(lockoutKey{accessKey: accessKey}) }

// PageOf is one page of a list.
var PageOf = pageOf

// Listings are what is kept of nodes.
type Listings struct{ l *listings }

func NewListings() Listings { return Listings{newListings()} }

func (l Listings) Close() { l.l.close() }

func (l Listings) Scan(node lister, caller string, again bool) error {
	return l.l.scan(node, caller, again)
}

func (l Listings) List(node lister, caller string, first bool) (*sessions.Listing, error) {
	return l.l.list(node, caller, first)
}

func (l Listings) ShownTo(node lister, caller string) *sessions.Snapshot {
	return l.l.shownTo(node, caller)
}

// Len is how many listings have rows, and how many callers were shown one.
func (l Listings) Len() (rows, shown int) { return l.l.rows.Len(), l.l.shown.Len() }

// Jobs are those of one project p, by their ids.
type Jobs struct{ m *memoryJobs }

func NewJobs(max int) Jobs { return Jobs{newMemoryJobs(max)} }

func (j Jobs) Begin(id string) { j.m.put(job{id: id, project: "p", begin: time.Now()}) }
func (j Jobs) End(id string)   { j.m.put(job{id: id, project: "p", begin: time.Now(), end: time.Now()}) }
func (j Jobs) Len() int {
	if p := j.m.projects["p"]; p != nil {
		return len(p.jobs)
	}
	return 0
}
func (j Jobs) EndOf(project, id string) {
	j.m.put(job{id: id, project: project, begin: time.Now(), end: time.Now()})
}
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

// Waiting is how many audit records wait to be written.
func (a *API) Waiting() int {
	audit := a.server.audit
	audit.mu.Lock()
	defer audit.mu.Unlock()
	if audit.next == nil {
		return 0
	}
	return bytes.Count(audit.next.lines.Bytes(), []byte("\n"))
}
