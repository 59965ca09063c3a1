package server

import (
	"errors"
	"fmt"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// node returns the node that a request means: the one of this id or, where there
// is no id, the instance's only one. Its errors are failures.
func (s *Server) node(project, instance, id string) (fleet.Member, error) {
	members, err := s.fleet.Members(project, instance)
	switch {
	case err != nil:
		return fleet.Member{}, noInstance.with("", err)
	case id == "" && len(members) == 1:
		return members[0], nil
	case id == "":
		return fleet.Member{}, invalidNode.with(whichNode(members), nil)
	}
	m, err := s.fleet.Member(project, instance, id)
	if err != nil {
		return m, invalidNode.with("/node_id: the instance has no such node", err)
	}
	return m, nil
}

// whichNode tells what could have been meant.
func whichNode(members []fleet.Member) string {
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

// trouble is why a node did not do what it was asked, as a caller may hear
// it: without its address and what it said.
func trouble(err error) string {
	switch {
	case errors.Is(err, errStopped):
		return "the server was stopped"
	case errors.Is(err, sessions.ErrBusy):
		return "the node is busy"
	case errors.Is(err, sessions.ErrUnreachable):
		return "the node cannot be reached"
	case errors.Is(err, sessions.ErrRefused):
		return "the node does not let this server manage its sessions"
	default:
		return "internal error"
	}
}

// nodeFailure maps the sessions package's errors.
func nodeFailure(err error) *failure {
	switch {
	case errors.Is(err, sessions.ErrBusy):
		return nodeBusy.with("Trying again is safe.", err)
	case errors.Is(err, sessions.ErrUnreachable):
		return nodeFailed.with("The node cannot be reached. Trying again is safe.", err)
	case errors.Is(err, sessions.ErrRefused):
		return nodeFailed.with("The node does not let this server manage its sessions.", err)
	default:
		return internal.with("", err)
	}
}

func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}
