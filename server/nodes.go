package server

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/access"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// roleTime is how long a node may take to tell its role.
const roleTime = 2 * time.Second

// ShowNodesInformation lists the nodes of an instance, each with what it says it
// is just now. Its errors are failures.
func (s *Server) ShowNodesInformation(ctx context.Context, req gen.ShowNodesInformationRequestObject) (gen.ShowNodesInformationResponseObject, error) {
	members, err := s.fleet.Members(req.ProjectID, req.InstanceID)
	if err != nil {
		return nil, noInstance.with("", err)
	}
	instance := instanceKey{req.ProjectID, req.InstanceID}
	nodes := make([]gen.NodeInfo, len(members))
	var asked sync.WaitGroup
	for i, m := range members {
		asked.Go(func() { nodes[i] = s.nodeInfo(ctx, instance, m) })
	}
	asked.Wait()
	return gen.ShowNodesInformation200JSONResponse{
		Body:    gen.NodeList{InstanceID: req.InstanceID, Total: int32(len(nodes)), Nodes: nodes},
		Headers: gen.ShowNodesInformation200ResponseHeaders{XRequestID: access.Of(ctx).RequestID},
	}, nil
}

// nodeInfo leaves out what is not known here.
func (s *Server) nodeInfo(ctx context.Context, instance instanceKey, m fleet.Member) gen.NodeInfo {
	host, port, _ := net.SplitHostPort(m.Address()) // the fleet has checked it
	info := gen.NodeInfo{
		LogicalNodeID: m.ID, NodeID: m.ID, Name: m.Name,
		NodeRole: gen.RedisServer, NodeIP: host, NodePort: port,
		Status: gen.Active,
	}
	ctx, cancel := context.WithTimeout(ctx, roleTime)
	defer cancel()
	role, err := m.Role(ctx)
	switch {
	case err == nil && role == sessions.RoleMaster:
		info.NodeType = new(gen.Master)
	case err == nil && role == sessions.RoleReplica:
		info.NodeType = new(gen.Slave)
	case err != nil && !s.isAtWork(instance, m, err):
		info.Status = gen.Inactive
	}
	if err != nil {
		s.log.Warn("a node did not tell its role", "request_id", access.Of(ctx).RequestID, "node_id", m.ID, "error", err)
	}
	return info
}

// isAtWork tells a node that runs from one that is faulty, though neither told
// its role: it has a script to run, or its connection is a kill-all's.
func (s *Server) isAtWork(instance instanceKey, m fleet.Member, err error) bool {
	return errors.Is(err, sessions.ErrBusy) || s.running.at(instance, m.Node)
}
