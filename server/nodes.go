package server

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// checkTime is how long ShowNodesInformation waits for a node.
const checkTime = 2 * time.Second

// ShowNodesInformation lists the nodes of an instance with their current role and
// status. Its errors are failures.
func (s *operations) ShowNodesInformation(ctx context.Context, req strictserver.ShowNodesInformationRequestObject) (strictserver.ShowNodesInformationResponseObject, error) {
	nodes, err := s.fleet.Nodes(req.ProjectID, req.InstanceID)
	if err != nil {
		return nil, noInstance.with("", err)
	}
	infos := make([]gen.NodeInfo, len(nodes))
	var checks sync.WaitGroup
	for i, n := range nodes {
		checks.Go(func() { infos[i] = s.nodeInfo(ctx, n) })
	}
	checks.Wait()
	return strictserver.ShowNodesInformation200JSONResponse{Body: gen.NodeList{InstanceID: req.InstanceID, Total: int32(len(infos)), Nodes: infos}}, nil
}

// nodeInfo asks the node for its role and whether its sessions can be managed. A
// node that is only busy is Active. The type of a node that does not answer is left
// out.
func (s *operations) nodeInfo(ctx context.Context, n fleet.Node) gen.NodeInfo {
	host, port, _ := net.SplitHostPort(n.Address()) // never fails: the fleet has checked it
	info := gen.NodeInfo{
		LogicalNodeID: n.ID, NodeID: n.ID, Name: n.Name,
		NodeRole: gen.RedisServer, NodeIP: host, NodePort: port,
		Status: gen.Active,
	}
	ctx, cancel := context.WithTimeout(ctx, checkTime)
	defer cancel()
	role, err := n.Role(ctx)
	switch {
	case err == nil && role == sessions.RoleMaster:
		info.NodeType = gen.Master
	case err == nil && role == sessions.RoleReplica:
		info.NodeType = gen.Slave
	}
	if err == nil {
		err = n.Check(ctx)
	}
	if err != nil {
		info.StatusReason = publicReason(err)
		if !errors.Is(err, sessions.ErrBusy) {
			info.Status = gen.Inactive
		}
		s.log.Warn("a node's sessions cannot be managed", "request_id", accesslog.From(ctx).RequestID, "node_id", n.ID, "error", err)
	}
	return info
}

// node returns the node with this id. If id is empty, it returns the only node of
// the instance. Its errors are failures.
func (s *operations) node(project, instance, id string) (fleet.Node, error) {
	nodes, err := s.fleet.Nodes(project, instance)
	switch {
	case err != nil:
		return fleet.Node{}, noInstance.with("", err)
	case id == "" && len(nodes) == 1:
		return nodes[0], nil
	case id == "":
		return fleet.Node{}, invalidNode.with(chooseNode(nodes), nil)
	}
	return findNode(nodes, id)
}

func findNode(nodes []fleet.Node, id string) (fleet.Node, error) {
	i := slices.IndexFunc(nodes, func(n fleet.Node) bool { return n.ID == id })
	if i < 0 {
		return fleet.Node{}, invalidNode.with("/node_id: the instance has no such node", nil)
	}
	return nodes[i], nil
}

// chooseNode asks the caller to name one of the nodes.
func chooseNode(nodes []fleet.Node) string {
	const maxShown = 10
	if len(nodes) == 0 {
		return "/node_id: the instance has no nodes"
	}
	ids := idsOf(nodes[:min(maxShown, len(nodes))])
	if len(nodes) > maxShown {
		ids = append(ids, "...")
	}
	return fmt.Sprintf("/node_id: the instance has %d nodes; name one of them: %s", len(nodes), strings.Join(ids, ", "))
}

func idsOf(nodes []fleet.Node) []string {
	ids := make([]string, len(nodes))
	for i, n := range nodes {
		ids[i] = n.ID
	}
	return ids
}
