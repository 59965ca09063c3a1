package server

import (
	"context"
	"strconv"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
)

// ShowJobInfo returns what became of a job of this project. Its errors are
// failures.
func (s *Server) ShowJobInfo(ctx context.Context, req gen.ShowJobInfoRequestObject) (gen.ShowJobInfoResponseObject, error) {
	j, ok := s.scans.get(req.ProjectID, req.JobID)
	if !ok {
		j, ok = s.jobs.get(req.ProjectID, req.JobID)
	}
	if !ok {
		return nil, noURL.with("/job_id: the project has no such job, or it was over too long ago", nil)
	}
	return gen.ShowJobInfo200JSONResponse{
		Body:    j.info(),
		Headers: gen.ShowJobInfo200ResponseHeaders{XRequestID: accesslog.From(ctx).RequestID},
	}, nil
}

func (j *job) info() gen.Job {
	return gen.Job{
		JobID:      j.id,
		JobType:    unlessEmpty(&j.kind),
		Status:     j.status,
		BeginTime:  milliseconds(j.begin),
		EndTime:    milliseconds(j.end),
		FailReason: unlessEmpty(&j.failReason),
		Counts:     j.counts.info(),
	}
}

func milliseconds(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	return new(strconv.FormatInt(t.UnixMilli(), 10))
}
