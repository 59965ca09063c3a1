package client

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// The pauses between the polls of WaitJob: the first, and what they double up to.
const (
	firstPause = 200 * time.Millisecond
	maxPause   = 5 * time.Second
)

// A Job is the state of a scan or a kill-all. Its JSON is that of the API.
type Job struct {
	ID     string
	Type   string // scanClientsJob or killAllClientsJob
	Status JobStatus

	Began time.Time // zero: not known
	Ended time.Time // zero: not known, or not over

	FailReason string // why the job failed; may be empty

	// Counts is what a kill-all has done so far. nil: not known, as of the real
	// service.
	Counts *JobCounts
}

// A JobStatus says how far a job is. The server may send another one.
type JobStatus string

// The statuses. JobSuccess and JobFail are final.
const (
	JobInit    JobStatus = "INIT"
	JobRunning JobStatus = "RUNNING"
	JobSuccess JobStatus = "SUCCESS"
	JobFail    JobStatus = "FAIL"
)

// JobCounts are numbers of sessions.
type JobCounts struct {
	Total     int `json:"total"` // found on the nodes that the job has reached
	Killed    int `json:"killed"`
	Gone      int `json:"gone"` // that had closed by themselves
	Protected int `json:"protected"`
	Failed    int `json:"failed"` // whose node did not report what it did or, once the job is over, was not asked
}

// MarshalJSON returns the API's form.
func (j Job) MarshalJSON() ([]byte, error) {
	return json.Marshal(wireJob{
		ID: j.ID, Type: j.Type, Status: j.Status,
		Began: milliseconds(j.Began), Ended: milliseconds(j.Ended),
		FailReason: j.FailReason, Counts: j.Counts,
	})
}

// UnmarshalJSON reads the API's form.
func (j *Job) UnmarshalJSON(text []byte) error {
	var w wireJob
	err := json.Unmarshal(text, &w)
	*j = Job{
		ID: w.ID, Type: w.Type, Status: w.Status,
		Began: timeOf(w.Began), Ended: timeOf(w.Ended),
		FailReason: w.FailReason, Counts: w.Counts,
	}
	return err
}

// wireJob is a job as the API writes it. Its times are milliseconds as text.
type wireJob struct {
	Began      string     `json:"begin_time,omitempty"`
	Counts     *JobCounts `json:"counts,omitempty"`
	Ended      string     `json:"end_time,omitempty"`
	FailReason string     `json:"fail_reason,omitempty"`
	ID         string     `json:"job_id"`
	Type       string     `json:"job_type,omitempty"`
	Status     JobStatus  `json:"status"`
}

func milliseconds(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return strconv.FormatInt(t.UnixMilli(), 10)
}

func timeOf(milliseconds string) time.Time {
	if n, err := strconv.ParseInt(milliseconds, 10, 64); err == nil && n > 0 {
		return time.UnixMilli(n)
	}
	return time.Time{}
}

// startJob sends a request that starts a job, and returns an id that Job takes.
func (c *Client) startJob(ctx context.Context, r *request) (job string, err error) {
	ref, err := fetch(ctx, c, r, func(ref gen.JobRef) string {
		if !isID(ref.JobID) {
			return "a usable job_id"
		}
		return ""
	})
	return ref.JobID, err
}

// Job returns the state of a job of the project. Its errors are like Kill's.
func (i *Instance) Job(ctx context.Context, job string, opts ...CallOption) (Job, error) {
	if err := checkID("project", i.project); err != nil {
		return Job{}, err
	}
	if err := checkID("job", job); err != nil {
		return Job{}, err
	}
	state, err := fetch(ctx, i.client, i.get("ShowJobInfo", "/jobs/"+job, opts), func(j Job) string {
		if j.Status == "" {
			return "status"
		}
		return ""
	})
	if err == nil && state.ID == "" {
		state.ID = job
	}
	return state, err
}

// WaitJob polls a job of the project until it is over: at once, then after 200
// ms, and after pauses that double up to 5 s. progress gets each state, unless it
// is nil. It returns the last state, also with an error.
//
// A job that fails is a *JobError. A poll is sent again as Retry says, and its
// error ends the wait. When ctx ends, the job goes on. A status that the contract
// does not have does not end the wait.
func (i *Instance) WaitJob(ctx context.Context, job string, progress func(Job), opts ...CallOption) (Job, error) {
	var last Job
	for pause := firstPause; ; pause = min(2*pause, maxPause) {
		state, err := i.Job(ctx, job, opts...)
		if err != nil {
			return last, err
		}
		last = state
		if progress != nil {
			progress(state)
		}
		switch state.Status {
		case JobSuccess:
			return state, nil
		case JobFail:
			return state, &JobError{state}
		}
		if err := i.client.sleep(ctx, pause); err != nil {
			return state, fmt.Errorf("client: %w; the job %s is %s", err, job, oneLine(string(state.Status)))
		}
	}
}

// A JobError is a job that ended with status FAIL.
type JobError struct{ Job Job }

// Error returns which job it was and why it failed, on one line, with the
// beginning of a long reason.
func (e *JobError) Error() string {
	reason := first(excerpt([]byte(e.Job.FailReason), nil), "no reason is given")
	return fmt.Sprintf("the job %s failed: %s", oneLine(e.Job.ID), reason)
}
