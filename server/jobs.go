package server

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

const (
	jobTime = 24 * time.Hour // for which a job that is over is kept
	maxJobs = 1_000          // of a project that are over: some 200 KB
)

// The kinds of jobs.
const (
	scanJob    = "scanClientsJob"
	killAllJob = "killAllClientsJob"
)

// A job is what one call does, or did, as it was when this was written down.
type job struct {
	id, project, kind string
	status            gen.JobStatus
	begin, end        time.Time // end is zero while it runs
	failReason        string
	counts            *counts // of a kill-all
}

// newJobID returns an id that cannot be guessed.
func newJobID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

// A jobStore keeps jobs. It is safe for concurrent use.
type jobStore interface {
	// put keeps j as it is, in the place of what was put with its id before.
	put(j job)
	// get returns the project's job of this id; ok is false where it has none,
	// or none any more.
	get(project, id string) (j job, ok bool)
}

// memoryJobs is a jobStore that a restart empties. Of each project it keeps the
// last max jobs that are over, so that no project displaces another's.
type memoryJobs struct {
	max int

	mu       sync.Mutex
	projects map[string]*projectJobs
}

type projectJobs struct {
	jobs map[string]job
	over []string // the ids of jobs that are over, in the order of their ends
}

func newMemoryJobs(max int) *memoryJobs {
	return &memoryJobs{max: max, projects: map[string]*projectJobs{}}
}

func (m *memoryJobs) put(j job) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.projects[j.project]
	if p == nil {
		p = &projectJobs{jobs: map[string]job{}}
		m.projects[j.project] = p
	}
	p.jobs[j.id] = j
	if !j.end.IsZero() {
		p.over = append(p.over, j.id)
	}
	p.forget(m.max)
}

func (m *memoryJobs) get(project, id string) (job, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	p := m.projects[project]
	if p == nil {
		return job{}, false
	}
	p.forget(m.max)
	j, ok := p.jobs[id]
	return j, ok
}

// forget drops those that were over too long ago, or are too many.
func (p *projectJobs) forget(max int) {
	for len(p.over) > 0 && (len(p.over) > max || time.Since(p.jobs[p.over[0]].end) >= jobTime) {
		delete(p.jobs, p.over[0])
		p.over = p.over[1:]
	}
}
