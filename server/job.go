package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// ShowJobInfo returns what became of a job of this project. Its errors are
// failures.
func (s *Server) ShowJobInfo(ctx context.Context, req strictserver.ShowJobInfoRequestObject) (strictserver.ShowJobInfoResponseObject, error) {
	j, ok := s.scans.get(req.ProjectID, req.JobID)
	if !ok {
		j, ok = s.jobs.get(req.ProjectID, req.JobID)
	}
	if !ok {
		return nil, noURL.with("/job_id: the project has no such job, or it was over too long ago", nil)
	}
	return strictserver.ShowJobInfo200JSONResponse{Body: j.info()}, nil
}

func (j *job) info() gen.Job {
	return gen.Job{
		JobID:      j.id,
		JobType:    j.kind,
		Status:     j.status,
		BeginTime:  milliseconds(j.begin),
		EndTime:    milliseconds(j.end),
		FailReason: j.failReason,
		Counts:     j.counts.info(),
	}
}

func milliseconds(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

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

// counts is how many sessions of a kill-all had which result.
type counts struct{ total, killed, gone, protected, failed, skipped int }

func (c counts) with(outcomes []sessions.Outcome) counts {
	c.total += len(outcomes)
	for _, o := range outcomes {
		switch o.Result {
		case sessions.Killed:
			c.killed++
		case sessions.Gone, sessions.Replaced: // the session that was listed is gone
			c.gone++
		case sessions.Protected:
			c.protected++
		case sessions.Failed:
			c.failed++
		case sessions.Skipped:
			c.skipped++
		}
	}
	return c
}

// over counts what was not tried as failed, for it will not be any more.
func (c counts) over() counts {
	c.failed, c.skipped = c.failed+c.skipped, 0
	return c
}

func (c *counts) info() *gen.JobCounts {
	if c == nil {
		return nil
	}
	fit := func(n int) int32 { return int32(min(n, math.MaxInt32)) }
	return &gen.JobCounts{Total: fit(c.total), Killed: fit(c.killed), Gone: fit(c.gone), Protected: fit(c.protected), Failed: fit(c.failed)}
}
