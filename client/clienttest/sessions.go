package clienttest

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
)

type node struct {
	id       string
	sessions []client.Session
	shown    map[string]string // the id of the session that was last listed at an address
}

// SetSessions gives these sessions to a node, in place of those that it has. A list
// has them in this order; it heeds the offset, the limit and addr, and ignores a
// sort. The ID of a session kills it, and so does its Address. A list or a kill on
// a node that was never set finds no sessions.
func (s *Server) SetSessions(nodeID string, sessions []client.Session) {
	sessions = slices.Clone(sessions)
	s.mu.Lock()
	defer s.mu.Unlock()
	if n := s.node(nodeID); n != nil {
		n.sessions = sessions
		return
	}
	s.nodes = append(s.nodes, node{id: nodeID, sessions: sessions})
}

// node returns the node of that id, or nil.
func (s *Server) node(id string) *node {
	if i := slices.IndexFunc(s.nodes, func(n node) bool { return n.id == id }); i >= 0 {
		return &s.nodes[i]
	}
	return nil
}

// removeAll removes the sessions that are not protected, and counts them.
func (s *Server) removeAll(nodeID string, allNodes bool) *client.JobCounts {
	counts := &client.JobCounts{}
	for i := range s.nodes {
		if n := &s.nodes[i]; allNodes || n.id == nodeID {
			counts.Total += len(n.sessions)
			n.sessions = slices.DeleteFunc(n.sessions, func(c client.Session) bool { return !c.Protected })
			counts.Protected += len(n.sessions)
		}
	}
	counts.Killed = counts.Total - counts.Protected
	return counts
}

func (s *Server) list(r *http.Request, _ struct{}, fail *response) response {
	if fail != nil {
		return *fail
	}
	query := r.URL.Query()
	n := s.node(query.Get("node_id"))
	if query.Get("node_id") == "" && len(s.nodes) > 0 {
		if len(s.nodes) > 1 {
			return failure(http.StatusBadRequest, "DCS.3053", "The instance has several nodes.")
		}
		n = &s.nodes[0]
	}
	sessions := []client.Session{}
	if n != nil {
		for _, c := range n.sessions {
			if strings.Contains(c.Addr, query.Get("addr")) {
				sessions = append(sessions, c)
			}
		}
	}
	count := len(sessions)
	offset, limit := number(query.Get("offset"), 0), number(query.Get("limit"), 10)
	sessions = sessions[min(offset, count):]
	sessions = sessions[:min(limit, len(sessions))]
	n.show(sessions)
	return response{status: http.StatusOK, body: map[string]any{
		"clients": sessions,
		"count":   count,
		"time":    time.Now().UTC().Format(time.RFC3339),
	}}
}

// show remembers which session was listed at an address, for a kill.
func (n *node) show(sessions []client.Session) {
	if n == nil {
		return
	}
	if n.shown == nil {
		n.shown = map[string]string{}
	}
	for _, c := range sessions {
		n.shown[c.Address()] = c.ID
	}
}

// number reads a number of the query. Any other text counts as absent.
func number(text string, otherwise int) int {
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return n
	}
	return otherwise
}

func (s *Server) showNodes(r *http.Request, _ struct{}, fail *response) response {
	if fail != nil {
		return *fail
	}
	nodes := []client.Node{}
	for _, n := range s.nodes {
		nodes = append(nodes, client.Node{
			ID: n.id, LogicalID: n.id, Name: n.id,
			Host: "127.0.0.1", Port: "6379",
			Role: "redis-server", Status: "Active",
		})
	}
	return response{status: http.StatusOK, body: map[string]any{
		"instance_id": r.PathValue("instance"), "total": len(nodes), "nodes": nodes,
	}}
}
