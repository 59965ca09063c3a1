package main

import (
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"sync"
)

// An upstream answers the request of each case with the response of the case.
type upstream struct {
	server   *http.Server
	addr     string
	mu       sync.Mutex
	cases    []testCase
	reached  map[string]bool
	problems []error
}

func startUpstream(cases []testCase) (*upstream, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	u := &upstream{addr: l.Addr().String(), cases: cases, reached: map[string]bool{}}
	u.server = &http.Server{Handler: u, ErrorLog: log.New(io.Discard, "", 0)}
	go u.server.Serve(l)
	return u, nil
}

func (u *upstream) close() { u.server.Close() }

func (u *upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	number := r.Header.Get(caseHeader)
	i, err := strconv.Atoi(number)
	if err != nil || i < 0 || i >= len(u.cases) {
		http.Error(w, "no such case", http.StatusNotFound)
		return
	}
	u.mu.Lock()
	u.reached[number] = true
	u.mu.Unlock()
	io.Copy(io.Discard, r.Body)
	message, err := rawResponse(&u.cases[i], r.Method, number)
	if err == nil {
		var conn net.Conn
		if conn, _, err = w.(http.Hijacker).Hijack(); err == nil {
			conn.Write(message)
			conn.Close()
			return
		}
	}
	u.failed(err)
}

// failed keeps an error on our own side.
func (u *upstream) failed(err error) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.problems = append(u.problems, err)
}

func (u *upstream) wasReached(number string) bool {
	u.mu.Lock()
	defer u.mu.Unlock()
	return u.reached[number]
}

// err returns the first of these errors.
func (u *upstream) err() error {
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.problems) > 0 {
		return u.problems[0]
	}
	return nil
}
