// Package clienttest has a fake server for tests of code that lists and kills
// sessions with package client:
//
//	api := clienttest.New()
//	defer api.Close()
//	api.SetSessions("node", []client.Session{{ID: "7", Addr: "192.0.2.1:50312"}})
//	c, err := client.New(api.URL, client.Options{})
//	// … the code under test lists and kills with c …
//	kills := api.Kills()
//
// The server records requests. It knows no credentials, projects or instances, and
// checks only that it can read a request.
package clienttest

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
)

// An Operation is one of the API's, by the contract's operationId.
type Operation string

// The operations, each with the method of package client that sends it.
const (
	HangUpClients        Operation = "HangUpClients"        // Kill
	HangUpKillAllClients Operation = "HangUpKillAllClients" // KillAll
	ScanClients          Operation = "ScanClients"          // Scan, Rescan, and List before its first page
	ListClients          Operation = "ListClients"          // List, a page
	ShowNodesInformation Operation = "ShowNodesInformation" // Nodes
	ShowJobInfo          Operation = "ShowJobInfo"          // Job, a poll of WaitJob, and List for its scan
)

// A Server records kills and scans, and lets all operations succeed unless Fail,
// FailNext or FailNextOf says otherwise. It has the nodes and the sessions of
// SetSessions, and removes a session that is killed. It refuses a kill that names
// a protected session, and does not kill a session that has taken an address since
// the address was listed. It is safe for concurrent use.
type Server struct {
	*httptest.Server

	mu    sync.Mutex
	state // what Reset forgets
	ids   int
}

type state struct {
	kills    []Kill
	killAlls []KillAll
	scans    []Scan
	nodes    []node
	jobs     map[string][]client.Job // the states that each goes through; the last one stays
	planned  [][]client.Job          // the states of the next jobs
	fail     *response               // every request, unless next or nextOf has one
	next     []response              // the next requests
	nextOf   map[Operation][]response
}

// A response is a status and its JSON body; nil is none. The header is in addition
// to those that each response has.
type response struct {
	status int
	body   any
	header http.Header
}

// New returns a server that listens on a loopback address. Close it after use.
func New() *Server {
	s := &Server{}
	mux := http.NewServeMux()
	const instance = "/v2/{project}/instances/{instance}"
	mux.Handle("POST "+instance+"/clients/kill", handle(s, HangUpClients, s.kill))
	mux.Handle("POST "+instance+"/clients/kill-all", handle(s, HangUpKillAllClients, s.killAll))
	mux.Handle("POST "+instance+"/clients", handle(s, ScanClients, s.scan))
	mux.Handle("GET "+instance+"/clients", handle(s, ListClients, s.list))
	mux.Handle("GET "+instance+"/logical-nodes", handle(s, ShowNodesInformation, s.showNodes))
	mux.Handle("GET /v2/{project}/jobs/{job}", handle(s, ShowJobInfo, s.showJob))
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.write(w, failure(http.StatusNotFound, "DCS.4001", "The requested URL does not exist."))
	})
	s.Server = httptest.NewServer(mux)
	return s
}

// Fail makes every request from now on fail, with an error of the API's shape.
func (s *Server) Fail(status int, code, message string) {
	f := failure(status, code, message)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = &f
}

// FailNext makes the next n requests of any operation fail, after those of an
// earlier FailNext. It comes before Fail.
func (s *Server) FailNext(n, status int, code, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = append(s.next, slices.Repeat([]response{failure(status, code, message)}, n)...)
}

// FailNextOf is FailNext for one operation. It comes before FailNext.
func (s *Server) FailNextOf(o Operation, n, status int, code, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.nextOf == nil {
		s.nextOf = map[Operation][]response{}
	}
	s.nextOf[o] = append(s.nextOf[o], slices.Repeat([]response{failure(status, code, message)}, n)...)
}

// Reset forgets what was recorded and what was set.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.state = state{}
}

func failure(status int, code, message string) response {
	return response{status: status, body: gen.ErrorResponse{ErrorCode: code, ErrorMsg: message}}
}

// handle serves o with do, which gets the body of a POST, and the failure to send
// or nil. It holds s.mu for do.
func handle[Body any](s *Server, o Operation, do func(r *http.Request, body Body, fail *response) response) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body Body
		var err error
		if r.Method == http.MethodPost {
			err = json.NewDecoder(r.Body).Decode(&body)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		if err != nil {
			s.write(w, failure(http.StatusBadRequest, "DCS.4005", "The request body is not JSON."))
			return
		}
		s.write(w, do(r, body, s.failureOf(o)))
	})
}

// failureOf returns the failure to send for a request, or nil.
func (s *Server) failureOf(o Operation) *response {
	if of := s.nextOf[o]; len(of) > 0 {
		s.nextOf[o] = of[1:]
		return &of[0]
	}
	if len(s.next) > 0 {
		f := s.next[0]
		s.next = s.next[1:]
		return &f
	}
	return s.fail
}

// write sends a. The caller holds s.mu.
func (s *Server) write(w http.ResponseWriter, a response) {
	s.ids++
	w.Header().Set("X-Request-Id", fmt.Sprintf("request-%d", s.ids))
	maps.Copy(w.Header(), a.header)
	if a.body == nil || a.status == http.StatusNoContent {
		w.WriteHeader(a.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(a.status)
	_ = json.NewEncoder(w).Encode(a.body) // the client notices a body that is cut off
}
