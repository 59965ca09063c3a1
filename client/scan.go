package client

import (
	"context"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// Scan has the server read the sessions of a node and keep them for List, unless
// it has them from an earlier scan. It returns the job's id. To scan again is
// safe. The errors are like Kill's.
//
// List scans by itself, unless its options say Scanned. A dcs-sessions server
// responds when it has read the sessions. With the real service, wait for the job
// with WaitJob before List.
func (i *Instance) Scan(ctx context.Context, node string, opts ...CallOption) (job string, err error) {
	return i.scan(ctx, gen.ScanClientsRequest{NodeID: node}, opts)
}

// Rescan is Scan, but the server reads the sessions again where it has them
// already.
func (i *Instance) Rescan(ctx context.Context, node string, opts ...CallOption) (job string, err error) {
	return i.scan(ctx, gen.ScanClientsRequest{NodeID: node, CleanCache: true}, opts)
}

func (i *Instance) scan(ctx context.Context, body gen.ScanClientsRequest, opts []CallOption) (job string, err error) {
	if err := i.checkNode(body.NodeID); err != nil {
		return "", err
	}
	r, err := i.post("ScanClients", i.path("/clients"), body, opts)
	if err != nil {
		return "", err
	}
	return i.client.startJob(ctx, r)
}
