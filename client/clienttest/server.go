// Package clienttest has a server for the tests of code that kills sessions
// with package client:
//
//	api := clienttest.New()
//	defer api.Close()
//	c, err := client.New(api.URL, client.Options{})
//	// … the code under test kills with c …
//	kills := api.Kills()
//
// It is a recorder, not a server of the API: it knows no credentials, projects
// or sessions, and checks no more of a request than that it can be read.
package clienttest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// A Kill is a request to kill that was received.
type Kill struct {
	Project, Instance, Node string
	Addrs                   []string

	// Header is as it was sent, but for the credentials: their values are ***.
	Header http.Header

	// Status is what was answered.
	Status int
}

// A Server records kills and answers them as told: with 204, until one of Fail
// and FailNext says otherwise. It is safe for concurrent use.
type Server struct {
	*httptest.Server

	mu    sync.Mutex
	kills []Kill
	fail  *failure  // every kill, unless next has one
	next  []failure // the next kills
	ids   int
}

type failure struct {
	status int
	answer gen.ErrorResponse
}

// New returns a server that listens on the loopback. It must be closed.
func New() *Server {
	s := &Server{}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /v2/{project}/instances/{instance}/clients/kill", s.kill)
	mux.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.answer(w, failureOf(http.StatusNotFound, "DCS.4001", "The requested URL does not exist."))
	})
	s.Server = httptest.NewServer(mux)
	return s
}

// Kills returns the kills in the order they came in, those too that were made
// to fail.
func (s *Server) Kills() []Kill {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.kills)
}

// Fail makes every kill from now on fail with an error of the API's shape.
func (s *Server) Fail(status int, code, message string) {
	f := failureOf(status, code, message)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fail = &f
}

// FailNext makes the next n kills fail, after those of an earlier FailNext and
// before what Fail says.
func (s *Server) FailNext(n, status int, code, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.next = append(s.next, slices.Repeat([]failure{failureOf(status, code, message)}, n)...)
}

// Reset forgets the kills, and what Fail and FailNext said.
func (s *Server) Reset() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kills, s.fail, s.next = nil, nil, nil
}

func failureOf(status int, code, message string) failure {
	return failure{status, gen.ErrorResponse{ErrorCode: code, ErrorMsg: message}}
}

func (s *Server) kill(w http.ResponseWriter, r *http.Request) {
	var body gen.HangUpClientsRequest
	err := json.NewDecoder(r.Body).Decode(&body)
	s.mu.Lock()
	defer s.mu.Unlock()
	result := failure{status: http.StatusNoContent}
	switch {
	case err != nil:
		s.answer(w, failureOf(http.StatusBadRequest, "DCS.4005", "The request body is not JSON."))
		return
	case len(s.next) > 0:
		result, s.next = s.next[0], s.next[1:]
	case s.fail != nil:
		result = *s.fail
	}
	header := r.Header.Clone()
	for _, name := range []string{"Authorization", "Cookie", "X-Auth-Token", "X-Security-Token"} {
		if header.Get(name) != "" {
			header.Set(name, "***")
		}
	}
	s.kills = append(s.kills, Kill{
		Project:  r.PathValue("project"),
		Instance: r.PathValue("instance"),
		Node:     body.NodeID,
		Addrs:    body.ClientAddrs,
		Header:   header,
		Status:   result.status,
	})
	s.answer(w, result)
}

// answer writes f, which may be success, with s.mu held.
func (s *Server) answer(w http.ResponseWriter, f failure) {
	s.ids++
	w.Header().Set("X-Request-Id", fmt.Sprintf("request-%d", s.ids))
	if f.status == http.StatusNoContent {
		w.WriteHeader(f.status)
		return
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(f.status)
	_ = json.NewEncoder(w).Encode(f.answer) // the client sees what is missing
}
