package server

import (
	"bytes"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// NewWith is New for other operations. It needs no fleet.
func NewWith(o Options, operations strictserver.StrictServerInterface) (*API, error) {
	a, err := newAPI(o, operations)
	if err == nil {
		a.operations = newOperations(o)
	}
	return a, err
}

// ActionsOf lists the actions of which an operation's caller needs one.
func ActionsOf(operationID string) []string { return actionsOf[operationID] }

// PageOf returns one page of a list.
var PageOf = pageOf

// A Lockout counts failures per access key, all of one network.
type Lockout struct{ l *lockout }

func NewLockout(maxKeys uint64) Lockout { return Lockout{newLockout(maxKeys)} }

func (l Lockout) Fail(accessKey string)         { l.l.fail(lockoutKey{accessKey: accessKey}) }
func (l Lockout) Failures(accessKey string) int { return l.l.count(lockoutKey{accessKey: accessKey}) }

// Listings caches the listings of nodes.
type Listings struct{ l *listings }

func NewListings() Listings {
	l := newListings()
	l.start()
	return Listings{l}
}

func (l Listings) Close() { l.l.stop() }

func (l Listings) Scan(node lister, caller string, refresh bool) error {
	return l.l.scan(node, caller, refresh)
}

func (l Listings) List(node lister, caller string, first bool) (*sessions.Listing, error) {
	return l.l.list(node, caller, first)
}

func (l Listings) LastListed(node lister, caller string) *sessions.Snapshot {
	return l.l.lastListed(node, caller)
}

// Len returns how many listings and how many snapshots are cached.
func (l Listings) Len() (rows, snapshots int) { return l.l.rows.Len(), l.l.snapshots.Len() }

// Jobs stores jobs.
type Jobs struct{ m *memoryJobs }

func NewJobs(maxEnded uint64) Jobs { return Jobs{newMemoryJobs(maxEnded)} }

func (j Jobs) Begin(project, id string) { j.m.put(job{id: id, project: project, begin: time.Now()}) }

func (j Jobs) End(project, id string) {
	j.m.put(job{id: id, project: project, begin: time.Now(), end: time.Now()})
}

func (j Jobs) Has(project, id string) bool {
	_, ok := j.m.get(project, id)
	return ok
}

// A hookedJobs calls hook before each put.
type hookedJobs struct {
	jobStore
	hook func(job)
}

func (h *hookedJobs) put(j job) {
	h.hook(j)
	h.jobStore.put(j)
}

// PanicOnProgress makes a kill-all panic when it first reports its progress.
func (a *API) PanicOnProgress() {
	puts := 0
	a.operations.jobs = &hookedJobs{a.operations.jobs, func(job) {
		if puts++; puts == 2 {
			panic("put")
		}
	}}
}

// StopAtFirstKill stops the kill-alls when one of them reports its first kill.
func (a *API) StopAtFirstKill() {
	a.operations.jobs = &hookedJobs{a.operations.jobs, func(j job) {
		if j.counts != nil && j.counts.killed > 0 {
			a.operations.killAlls.stop()
		}
	}}
}

// WaitingRecords returns how many audit records wait to be written.
func (a *API) WaitingRecords() int {
	audit := a.operations.audit
	audit.mu.Lock()
	defer audit.mu.Unlock()
	if audit.next == nil {
		return 0
	}
	return bytes.Count(audit.next.lines.Bytes(), []byte("\n"))
}
