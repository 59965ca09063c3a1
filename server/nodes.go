package server

import (
	"context"
	"errors"
	"net"
	"sync"
	"time"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// roleTime is how long a node may take to tell its role.
const roleTime = 2 * time.Second

// ShowNodesInformation lists the nodes of an instance, each with what it says it
// is just now. Its errors are failures.
func (s *Server) ShowNodesInformation(ctx context.Context, req gen.ShowNodesInformationRequestObject) (gen.ShowNodesInformationResponseObject, error) {
	members, err := s.fleet.Nodes(req.ProjectID, req.InstanceID)
	if err != nil {
		return nil, noInstance.with("", err)
	}
	nodes := make([]gen.NodeInfo, len(members))
	var asked sync.WaitGroup
	for i, m := range members {
		asked.Go(func() { nodes[i] = s.nodeInfo(ctx, m) })
	}
	asked.Wait()
	return gen.ShowNodesInformation200JSONResponse{
		Body:    gen.NodeList{InstanceID: req.InstanceID, Total: int32(len(nodes)), Nodes: nodes},
		Headers: gen.ShowNodesInformation200ResponseHeaders{XRequestID: accesslog.From(ctx).RequestID},
	}, nil
}

// nodeInfo leaves out what is not known here. A node is Active where its sessions
// can be managed, or will be once it has done what keeps it busy.
func (s *Server) nodeInfo(ctx context.Context, m fleet.Node) gen.NodeInfo {
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
	}
	if err == nil {
		err = m.Check(ctx)
	}
	if err != nil {
		info.StatusReason = new(reason(err))
		if !errors.Is(err, sessions.ErrBusy) {
			info.Status = gen.Inactive
		}
		s.log.Warn("a node's sessions cannot be managed", "request_id", accesslog.From(ctx).RequestID, "node_id", m.ID, "error", err)
	}
	return info
}
