package client

import (
	"context"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// KillAll begins to kill all sessions of one node, and returns the job's id for
// WaitJob. An empty node is an error: KillAllNodes is for all of them.
//
// It is not safe to repeat, unlike the other calls: it would be refused with
// DCS.4957 while the first one's job runs, and kill those that have come back
// after. So it is tried again only where nothing can have begun: after a
// connection that could not be made, and after 429 and 503. After any other
// failure of the connection, a 502, a 504 or an answer that cannot be used, a
// job may have begun whose id is not known. The errors are like Kill's.
func (c *Client) KillAll(ctx context.Context, project, instance, node string) (job string, err error) {
	if err := checkIDs(id{"project", project}, id{"instance", instance}, id{"node", node}); err != nil {
		return "", err
	}
	return c.killAll(ctx, project, instance, node)
}

// KillAllNodes is KillAll for all nodes of the instance.
func (c *Client) KillAllNodes(ctx context.Context, project, instance string) (job string, err error) {
	if err := checkIDs(id{"project", project}, id{"instance", instance}); err != nil {
		return "", err
	}
	return c.killAll(ctx, project, instance, "")
}

// killAll is of all nodes where node is empty.
func (c *Client) killAll(ctx context.Context, project, instance, node string) (job string, err error) {
	k, err := c.post(project, "/instances/"+instance+"/clients/kill-all", gen.HangUpKillAllClientsRequest{NodeID: node, KillAllNodes: node == ""})
	if err != nil {
		return "", err
	}
	k.once = true
	return c.begin(ctx, k)
}
