package clienttest

import (
	"net/http"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
)

// A Kill is a request to kill sessions that the server received.
type Kill struct {
	Project, Instance, Node string
	Addrs, IDs              []string

	// Header is the header of the request, with *** for the values of the
	// credentials.
	Header http.Header

	// Status is that of the response.
	Status int
}

// A KillAll is a request to kill all sessions that the server received.
type KillAll struct {
	Project, Instance string
	Node              string // empty where there was none
	AllNodes          bool
	Header            http.Header // as in Kill
	Status            int         // of the response
	Job               string      // the id in the response, if any
}

// A Scan is a request to scan that the server received.
type Scan struct {
	Project, Instance string
	Node              string      // empty where there was none
	Fresh             bool        // clean_cache
	Header            http.Header // as in Kill
	Status            int         // of the response
	Job               string      // the id in the response, if any
}

// Kills returns the kills in the order in which they came, with those that were
// made to fail.
func (s *Server) Kills() []Kill { return recorded(s, &s.kills) }

// KillAlls is Kills for the requests to kill all sessions.
func (s *Server) KillAlls() []KillAll { return recorded(s, &s.killAlls) }

// Scans is Kills for the scans.
func (s *Server) Scans() []Scan { return recorded(s, &s.scans) }

func recorded[T any](s *Server, list *[]T) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(*list)
}

func (s *Server) kill(r *http.Request, body gen.HangUpClientsRequest, fail *response) response {
	var result response
	if fail != nil {
		result = *fail
	} else {
		result = s.hangUp(body)
	}
	s.kills = append(s.kills, Kill{
		Project:  r.PathValue("project"),
		Instance: r.PathValue("instance"),
		Node:     body.NodeID,
		Addrs:    body.ClientAddrs,
		IDs:      body.ClientIDs,
		Header:   withoutSecrets(r.Header),
		Status:   result.status,
	})
	return result
}

func (s *Server) killAll(r *http.Request, body gen.HangUpKillAllClientsRequest, fail *response) response {
	k := KillAll{
		Project:  r.PathValue("project"),
		Instance: r.PathValue("instance"),
		Node:     body.NodeID,
		AllNodes: body.KillAllNodes,
		Header:   withoutSecrets(r.Header),
	}
	var result response
	if fail != nil {
		result = *fail
	} else {
		result, k.Job = s.startJob("killAllClientsJob", func() *client.JobCounts {
			return s.removeAll(k.Node, k.AllNodes)
		})
	}
	k.Status = result.status
	s.killAlls = append(s.killAlls, k)
	return result
}

func (s *Server) scan(r *http.Request, body gen.ScanClientsRequest, fail *response) response {
	scan := Scan{
		Project:  r.PathValue("project"),
		Instance: r.PathValue("instance"),
		Node:     body.NodeID,
		Fresh:    body.CleanCache,
		Header:   withoutSecrets(r.Header),
	}
	var result response
	if fail != nil {
		result = *fail
	} else {
		result, scan.Job = s.startJob("scanClientsJob", func() *client.JobCounts { return nil })
	}
	scan.Status = result.status
	s.scans = append(s.scans, scan)
	return result
}

func withoutSecrets(sent http.Header) http.Header {
	header := sent.Clone()
	for _, name := range []string{"Authorization", "Cookie", "X-Auth-Token", "X-Security-Token"} {
		if header.Get(name) != "" {
			header.Set(name, "***")
		}
	}
	return header
}
