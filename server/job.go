package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"math"
	"strconv"
	"sync"
	"time"

	"github.com/jellydator/ttlcache/v3"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

const (
	jobTime      = 24 * time.Hour // how long an ended job is kept
	maxEndedJobs = 1_000          // per project, about 200 KB
)

// The values of job.kind.
const (
	scanJob    = "scanClientsJob"
	killAllJob = "killAllClientsJob"
)

// ShowJobInfo returns the state of a job of the project. Its errors are failures.
func (s *operations) ShowJobInfo(_ context.Context, req strictserver.ShowJobInfoRequestObject) (strictserver.ShowJobInfoResponseObject, error) {
	j, ok := s.scans.get(req.ProjectID, req.JobID)
	if !ok {
		j, ok = s.jobs.get(req.ProjectID, req.JobID)
	}
	if !ok {
		return nil, noURL.with("/job_id: the project has no such job, or it ended too long ago", nil)
	}
	return strictserver.ShowJobInfo200JSONResponse{Body: j.info()}, nil
}

// A job is a snapshot of a scan or a kill-all.
type job struct {
	id, project, kind string
	status            gen.JobStatus
	begin, end        time.Time // end is zero while the job runs
	failReason        string
	counts            *counts // of a kill-all
}

// newJobID returns an id that cannot be guessed.
func newJobID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
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

// counts says how many sessions of a kill-all had which outcome.
type counts struct{ total, killed, gone, protected, failed, skipped int }

// add returns c plus the outcomes.
func (c counts) add(outcomes []sessions.Outcome) counts {
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

// finalize counts the skipped sessions as failed, because the job has ended.
func (c counts) finalize() counts {
	c.failed, c.skipped = c.failed+c.skipped, 0
	return c
}

func (c *counts) info() *gen.JobCounts {
	if c == nil {
		return nil
	}
	limit := func(n int) int32 { return int32(min(n, math.MaxInt32)) }
	return &gen.JobCounts{Total: limit(c.total), Killed: limit(c.killed), Gone: limit(c.gone), Protected: limit(c.protected), Failed: limit(c.failed)}
}

// A jobStore stores jobs. It is safe for concurrent use.
type jobStore interface {
	// put stores j in place of the job that had its id before.
	put(j job)
	// get returns the project's job with this id. ok is false if the project has
	// no such job, or the store has dropped it.
	get(project, id string) (j job, ok bool)
}

// memoryJobs is a jobStore in memory. It keeps a running job until it ends, and
// of each project the last maxEnded jobs that were put or read after their end. A
// project so never displaces the jobs of another.
type memoryJobs struct {
	maxEnded uint64

	mu      sync.Mutex
	running map[jobKey]job
	ended   map[string]*ttlcache.Cache[string, job] // by project and id
}

type jobKey struct{ project, id string }

func newMemoryJobs(maxEnded uint64) *memoryJobs {
	return &memoryJobs{maxEnded: maxEnded, running: map[jobKey]job{}, ended: map[string]*ttlcache.Cache[string, job]{}}
}

func (m *memoryJobs) put(j job) {
	m.mu.Lock()
	defer m.mu.Unlock()
	key := jobKey{j.project, j.id}
	if j.end.IsZero() {
		m.running[key] = j
		return
	}
	delete(m.running, key)
	ended := m.ended[j.project]
	if ended == nil {
		ended = ttlcache.New(
			ttlcache.WithTTL[string, job](jobTime),
			ttlcache.WithCapacity[string, job](m.maxEnded),
			ttlcache.WithDisableTouchOnHit[string, job](),
		)
		m.ended[j.project] = ended
	}
	ended.Set(j.id, j, ttlcache.DefaultTTL)
}

func (m *memoryJobs) get(project, id string) (job, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if j, ok := m.running[jobKey{project, id}]; ok {
		return j, true
	}
	if ended := m.ended[project]; ended != nil {
		if item := ended.Get(id); item != nil {
			return item.Value(), true
		}
	}
	return job{}, false
}
