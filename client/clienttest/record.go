package clienttest

import (
	"net/http"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
)

// A Kill is a request to kill that was received.
type Kill struct {
	Project, Instance, Node string
	Addrs, IDs              []string

	// Header is as it was sent, but for the credentials: their values are ***.
	Header http.Header

	// Status is what was answered.
	Status int
}

// A KillAll is a request to kill all sessions that was received.
type KillAll struct {
	Project, Instance string
	Node              string // empty where there was none
	AllNodes          bool
	Header            http.Header // as of Kill
	Status            int         // what was answered
	Job               string      // the id that was answered, if any
}

// A Scan is a request to scan that was received.
type Scan struct {
	Project, Instance string
	Node              string      // empty where there was none
	Fresh             bool        // clean_cache
	Header            http.Header // as of Kill
	Status            int         // what was answered
	Job               string      // the id that was answered, if any
}

// Kills returns the kills in the order they came in, those too that were made
// to fail.
func (s *Server) Kills() []Kill { return recorded(s, &s.kills) }

// KillAlls is Kills of what was to kill all.
func (s *Server) KillAlls() []KillAll { return recorded(s, &s.killAlls) }

// Scans is Kills of the scans.
func (s *Server) Scans() []Scan { return recorded(s, &s.scans) }

func recorded[T any](s *Server, list *[]T) []T {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(*list)
}

func (s *Server) kill(r *http.Request, body gen.HangUpClientsRequest, fail *answer) answer {
	var result answer
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

func (s *Server) killAll(r *http.Request, body gen.HangUpKillAllClientsRequest, fail *answer) answer {
	k := KillAll{
		Project:  r.PathValue("project"),
		Instance: r.PathValue("instance"),
		Node:     body.NodeID,
		AllNodes: body.KillAllNodes,
		Header:   withoutSecrets(r.Header),
	}
	var result answer
	if fail != nil {
		result = *fail
	} else {
		result, k.Job = s.begin("killAllClientsJob", func() *client.JobCounts {
			return s.removeAll(k.Node, k.AllNodes)
		})
	}
	k.Status = result.status
	s.killAlls = append(s.killAlls, k)
	return result
}

func (s *Server) scan(r *http.Request, body gen.ScanClientsRequest, fail *answer) answer {
	scan := Scan{
		Project:  r.PathValue("project"),
		Instance: r.PathValue("instance"),
		Node:     body.NodeID,
		Fresh:    body.CleanCache,
		Header:   withoutSecrets(r.Header),
	}
	var result answer
	if fail != nil {
		result = *fail
	} else {
		result, scan.Job = s.begin("scanClientsJob", func() *client.JobCounts { return nil })
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
