package client

import (
	"context"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// Scan has the server read the sessions of a node and keep them for List; fresh
// has it read them again where it has read them before. List does so by itself,
// unless its options say Scanned. It returns the job's id. node may be empty where
// the instance has one node. To scan again is safe.
//
// A dcs-sessions server answers when it has read them. Of the real service, wait
// for the job with WaitJob before List. The errors are like Kill's.
func (c *Client) Scan(ctx context.Context, project, instance, node string, fresh bool) (job string, err error) {
	if err := checkIDs(id{"project", project}, id{"instance", instance}, idOrNone("node", node)); err != nil {
		return "", err
	}
	k, err := c.post(project, "/instances/"+instance+"/clients", gen.ScanClientsRequest{NodeID: node, CleanCache: fresh})
	if err != nil {
		return "", err
	}
	return c.begin(ctx, k)
}
