package server

import (
	"container/list"
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

const (
	jobTime = 24 * time.Hour // for which a job is remembered that is over
	maxJobs = 10_000         // that are over, a few MB
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

// A jobStore remembers jobs. It is safe for concurrent use.
type jobStore interface {
	// put keeps j as it is, in the place of what was put with its id before.
	put(j job)
	// get returns the project's job of this id; ok is false where it has none,
	// or none any more.
	get(project, id string) (j job, ok bool)
}

// memoryJobs is a jobStore that a restart empties.
type memoryJobs struct {
	max int

	mu   sync.Mutex
	jobs map[string]job
	over list.List // of the ids of jobs that are over, in the order of their ends
}

func newMemoryJobs(max int) *memoryJobs { return &memoryJobs{max: max, jobs: map[string]job{}} }

func (m *memoryJobs) put(j job) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.jobs[j.id] = j
	if !j.end.IsZero() {
		m.over.PushBack(j.id)
	}
	m.forget()
}

func (m *memoryJobs) get(project, id string) (job, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.forget()
	j, ok := m.jobs[id]
	if !ok || j.project != project {
		return job{}, false
	}
	return j, true
}

// forget drops those that were over too long ago, or are too many.
func (m *memoryJobs) forget() {
	for e := m.over.Front(); e != nil; e = m.over.Front() {
		id := e.Value.(string)
		if m.over.Len() <= m.max && time.Since(m.jobs[id].end) < jobTime {
			return
		}
		m.over.Remove(e)
		delete(m.jobs, id)
	}
}
