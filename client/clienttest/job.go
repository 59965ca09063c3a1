package clienttest

import (
	"fmt"
	"net/http"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
)

// NextJob makes the next job, of a scan or a kill-all, go through these states: one
// for each request for the job, and the last one from then on. The server fills in
// their ID and Type. Without NextJob a job succeeds at once, and a kill-all counts
// the sessions that it killed. A kill-all whose last state is not JobSuccess kills
// nothing. Several calls are for several jobs, in order.
func (s *Server) NextJob(states ...client.Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.planned = append(s.planned, slices.Clone(states))
}

// startJob starts a job that does work, which returns its counts.
func (s *Server) startJob(jobType string, work func() *client.JobCounts) (response, string) {
	if s.jobs == nil {
		s.jobs = map[string][]client.Job{}
	}
	id := fmt.Sprintf("job-%d", len(s.jobs)+1)
	var states []client.Job
	if len(s.planned) > 0 {
		states, s.planned = s.planned[0], s.planned[1:]
	}
	if len(states) == 0 {
		states = []client.Job{{Status: client.JobSuccess}}
	}
	if last := &states[len(states)-1]; last.Status == client.JobSuccess {
		if counts := work(); last.Counts == nil {
			last.Counts = counts
		}
	}
	for i := range states {
		states[i].ID, states[i].Type = id, jobType
	}
	s.jobs[id] = states
	return response{status: http.StatusOK, body: gen.JobRef{JobID: id}}, id
}

func (s *Server) showJob(r *http.Request, _ struct{}, fail *response) response {
	if fail != nil {
		return *fail
	}
	id := r.PathValue("job")
	states := s.jobs[id]
	if len(states) == 0 {
		return failure(http.StatusNotFound, "DCS.4001", "There is no such job.")
	}
	if len(states) > 1 {
		s.jobs[id] = states[1:]
	}
	return response{status: http.StatusOK, body: states[0]}
}
