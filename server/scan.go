package server

import (
	"context"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/access"
)

// ScanClients reads the sessions of one node for ListClients. Its job is over
// when it answers. Its errors are failures.
func (s *Server) ScanClients(ctx context.Context, req gen.ScanClientsRequestObject) (gen.ScanClientsResponseObject, error) {
	node, err := s.node(req.ProjectID, req.InstanceID, orZero(req.Body.NodeID))
	if err != nil {
		return nil, err
	}
	begin := time.Now()
	if err := s.snapshots.scan(node.Node, orZero(req.Body.CleanCache)); err != nil {
		return nil, nodeFailure(err)
	}
	j := job{id: newJobID(), project: req.ProjectID, kind: scanJob, status: gen.SUCCESS, begin: begin, end: time.Now()}
	s.jobs.put(j)
	return gen.ScanClients200JSONResponse{
		Body:    gen.JobRef{JobID: j.id},
		Headers: gen.ScanClients200ResponseHeaders{XRequestID: access.Of(ctx).RequestID},
	}, nil
}
