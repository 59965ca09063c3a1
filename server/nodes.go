package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// roleTime is how long a node may take to tell its role.
const roleTime = 2 * time.Second

// ShowNodesInformation lists the nodes of an instance, each with what it says it
// is just now. Its errors are failures.
func (s *Server) ShowNodesInformation(ctx context.Context, req strictserver.ShowNodesInformationRequestObject) (strictserver.ShowNodesInformationResponseObject, error) {
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
	return strictserver.ShowNodesInformation200JSONResponse{Body: gen.NodeList{InstanceID: req.InstanceID, Total: int32(len(nodes)), Nodes: nodes}}, nil
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
		info.NodeType = gen.Master
	case err == nil && role == sessions.RoleReplica:
		info.NodeType = gen.Slave
	}
	if err == nil {
		err = m.Check(ctx)
	}
	if err != nil {
		info.StatusReason = reason(err)
		if !errors.Is(err, sessions.ErrBusy) {
			info.Status = gen.Inactive
		}
		s.log.Warn("a node's sessions cannot be managed", "request_id", accesslog.From(ctx).RequestID, "node_id", m.ID, "error", err)
	}
	return info
}

// node returns the node that a request means: the one of this id or, where there
// is no id, the instance's only one. Its errors are failures.
func (s *Server) node(project, instance, id string) (fleet.Node, error) {
	members, err := s.fleet.Nodes(project, instance)
	switch {
	case err != nil:
		return fleet.Node{}, noInstance.with("", err)
	case id == "" && len(members) == 1:
		return members[0], nil
	case id == "":
		return fleet.Node{}, invalidNode.with(whichNode(members), nil)
	}
	m, err := s.fleet.Node(project, instance, id)
	if err != nil {
		return m, invalidNode.with("/node_id: the instance has no such node", err)
	}
	return m, nil
}

// whichNode tells what could have been meant.
func whichNode(members []fleet.Node) string {
	const few = 10
	if len(members) == 0 {
		return "/node_id: the instance has no nodes"
	}
	var ids []string
	for _, m := range members[:min(few, len(members))] {
		ids = append(ids, m.ID)
	}
	if len(members) > few {
		ids = append(ids, "...")
	}
	return fmt.Sprintf("/node_id: the instance has %d nodes, so one must be named: %s", len(members), strings.Join(ids, ", "))
}

// errStopped is the cause of a context that the server's end ended.
var errStopped = errors.New("the server was stopped")

// reason is why a node did not do what it was asked, as a caller may hear it:
// without its address, and without the reply itself.
func reason(err error) string {
	if errors.Is(err, errStopped) {
		return errStopped.Error()
	}
	return cmp.Or(sessions.Reason(err), "internal error")
}

// nodeFailure maps the sessions package's errors.
func nodeFailure(err error) *failure {
	details := sentence(reason(err)) + " Trying again is safe."
	switch {
	case errors.Is(err, errStopped):
		return stopping.with(details, err)
	case errors.Is(err, sessions.ErrBusy):
		return nodeBusy.with(details, err)
	case errors.Is(err, sessions.ErrUnreachable), errors.Is(err, sessions.ErrRefused):
		return nodeFailed.with(details, err)
	default:
		return internal.with("", err)
	}
}

// sentence makes one of text, which begins with a lower-case letter.
func sentence(text string) string {
	if text == "" {
		return ""
	}
	return strings.ToUpper(text[:1]) + text[1:] + "."
}

func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
