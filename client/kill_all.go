package client

import (
	"context"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// KillAll starts to kill all sessions of one node, or of all nodes if node is
// AllNodes, and returns the job's id for WaitJob.
//
// It is not safe to repeat, unlike the other methods: the server refuses it with
// DCS.4957 while the first job runs, and after that it kills the sessions that
// have connected again. So the client sends it again only where nothing can have
// started: after a connection that could not be made, and after 429 and 503.
// After any other failure of the connection, a 502, a 504 or a response that
// cannot be used, a job may have started whose id is not known. The errors are
// like Kill's.
func (i *Instance) KillAll(ctx context.Context, node string, opts ...CallOption) (job string, err error) {
	body := gen.HangUpKillAllClientsRequest{NodeID: node}
	if node == AllNodes {
		body, err = gen.HangUpKillAllClientsRequest{KillAllNodes: true}, i.check()
	} else {
		err = i.checkNode(node)
	}
	if err != nil {
		return "", err
	}
	r, err := i.post("HangUpKillAllClients", i.path("/clients/kill-all"), body, opts)
	if err != nil {
		return "", err
	}
	r.notIdempotent = true
	return i.client.startJob(ctx, r)
}
