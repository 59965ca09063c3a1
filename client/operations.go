package client

import (
	"context"
	"iter"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// ListOptions narrows and sorts a list. The zero value lists all, by id.
type ListOptions struct {
	Addr  string // those alone whose address contains it
	Sort  string // a field of gen.ClientInfo by its JSON name; empty: id
	Desc  bool   // descending
	Limit int    // sessions a request, 1 to 1000; 0: 1000
}

// Nodes returns the nodes of an instance.
func (c *Client) Nodes(ctx context.Context, project, instance string) ([]gen.NodeInfo, error) {
	panic("to be built")
}

// Scan has the server read the sessions of a node and keep them for List; fresh
// has it read anew where it has read them before. It returns the job's id.
func (c *Client) Scan(ctx context.Context, project, instance, node string, fresh bool) (job string, err error) {
	panic("to be built")
}

// List yields the sessions of a node, page by page as they are asked for. An
// error is yielded once, as the last pair. node may be empty where the instance
// has one node.
func (c *Client) List(ctx context.Context, project, instance, node string, o ListOptions) iter.Seq2[gen.ClientInfo, error] {
	panic("to be built")
}

// KillAll begins to kill all sessions of one node, or of all nodes where node is
// empty, and returns the job's id for WaitJob.
func (c *Client) KillAll(ctx context.Context, project, instance, node string) (job string, err error) {
	panic("to be built")
}

// Job returns the state of a job.
func (c *Client) Job(ctx context.Context, project, job string) (gen.Job, error) {
	panic("to be built")
}

// WaitJob polls a job until it is over. progress, where it is not nil, gets
// each state. A job that fails is a *JobError; when ctx ends, the job goes on.
func (c *Client) WaitJob(ctx context.Context, project, job string, progress func(gen.Job)) (gen.Job, error) {
	panic("to be built")
}

// A JobError is a job that was over with status FAIL.
type JobError struct{ Job gen.Job }

func (e *JobError) Error() string { panic("to be built") }
