package client

import (
	"context"
	"fmt"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// The pauses between WaitJob's polls: the first, and what they double up to.
const (
	firstPause = 200 * time.Millisecond
	maxPause   = 5 * time.Second
)

// begin sends k, which begins a job, and returns the job's id: one that Job
// takes.
func (c *Client) begin(ctx context.Context, k *call) (job string, err error) {
	ref, err := ask(ctx, c, k, func(ref gen.JobRef) string {
		if !isID(ref.JobID) {
			return "a usable job_id"
		}
		return ""
	})
	return ref.JobID, err
}

// Job returns the state of a job. Its errors are like Kill's.
func (c *Client) Job(ctx context.Context, project, job string) (gen.Job, error) {
	if err := checkIDs(id{"project", project}, id{"job", job}); err != nil {
		return gen.Job{}, err
	}
	state, err := ask(ctx, c, c.get(project, "/jobs/"+job), func(j gen.Job) string {
		if j.Status == "" {
			return "status"
		}
		return ""
	})
	if err == nil && state.JobID == "" {
		state.JobID = job
	}
	return state, err
}

// WaitJob polls a job until it is over: at once, then after 200 ms, and after
// pauses that double up to 5 s. progress, where it is not nil, gets each state.
// It returns the last state there was, also with an error.
//
// A job that fails is a *JobError. A poll is tried again as Retry says, and its
// error ends the wait. When ctx ends, the job goes on; so does the wait at a
// status that is none of the contract's.
func (c *Client) WaitJob(ctx context.Context, project, job string, progress func(gen.Job)) (gen.Job, error) {
	var last gen.Job
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		state, err := c.Job(ctx, project, job)
		if err != nil {
			return last, err
		}
		last = state
		if progress != nil {
			progress(state)
		}
		switch state.Status {
		case gen.SUCCESS:
			return state, nil
		case gen.FAIL:
			return state, &JobError{state}
		}
		if err := c.sleep(ctx, pause); err != nil {
			return state, fmt.Errorf("client: %w; the job %s is %s", err, job, oneLine(string(state.Status)))
		}
	}
}

// A JobError is a job that was over with status FAIL.
type JobError struct{ Job gen.Job }

// Error returns which job it was and why it failed, on one line; of a long
// reason, the beginning.
func (e *JobError) Error() string {
	reason := first(excerpt([]byte(e.Job.FailReason), nil), "no reason is given")
	return fmt.Sprintf("the job %s failed: %s", oneLine(e.Job.JobID), reason)
}
