// Package fakeredis is a small Redis server inside this program, with real
// sockets.
//
//	server, err := fakeredis.Start()
//	if err != nil { ... }
//	defer server.Close()
//	conn, err := net.Dial("tcp", server.Addr())
//
// It answers the commands in commands.go as Redis 7 does: sessions can be listed,
// named, subscribed and killed. It has no passwords, replicas or persistence, and
// it publishes nothing.
package fakeredis

import (
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/tidwall/redcon"
)

// A Server is a running server. Its methods may be called from several goroutines.
type Server struct {
	ln      net.Listener
	runID   string
	serving sync.WaitGroup // the accept loop and the connections

	// mu makes commands run one at a time, as in Redis. No command sees another
	// half done, and a killed peer runs no more commands.
	mu     sync.Mutex
	peers  []*peer // connected, by increasing id
	lastID int64
	data   map[key]string
	fault  string // the error reply to every command, or ""
}

// A key is the name of a value in one of the databases that SELECT chooses from.
type key struct {
	db   int
	name string
}

// Start starts a server on a free loopback port.
func Start() (*Server, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("fakeredis: %w", err)
	}
	s := &Server{ln: ln, runID: newRunID(), data: make(map[key]string)}
	s.serving.Go(func() {
		// Serve returns when ln is closed, and closes every connection then.
		_ = redcon.Serve(ln, s.handle, s.accept, s.leave)
	})
	return s, nil
}

// Addr returns the server's address, 127.0.0.1:port.
func (s *Server) Addr() string { return s.ln.Addr().String() }

// Kind returns "embedded node", in the place of a server's name and version.
func (s *Server) Kind() string { return "embedded node" }

// Close ends every session and returns when none of the server's goroutines runs. It
// may be called again.
func (s *Server) Close() error {
	_ = s.ln.Close() // fails only if it is closed already
	s.serving.Wait()
	return nil
}

// Fail makes the error reply the response to every command except PING, for example
// "BUSY Redis is busy running a script.", until Fail("") is called.
func (s *Server) Fail(reply string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = reply
}

func (s *Server) accept(conn redcon.Conn) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.serving.Add(1)
	s.lastID++
	p := newPeer(s.lastID, conn, time.Now())
	conn.SetContext(p)
	s.peers = append(s.peers, p)
	return true
}

func (s *Server) leave(conn redcon.Conn, _ error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.remove(conn.Context().(*peer))
	s.serving.Done()
}

// handle runs one command of one connection.
func (s *Server) handle(conn redcon.Conn, cmd redcon.Command) {
	p := conn.Context().(*peer)
	args := make([]string, len(cmd.Args))
	for i, arg := range cmd.Args {
		args[i] = string(arg)
	}
	s.mu.Lock()
	if !p.gone {
		p.active = time.Now()
		s.execute(p, args)
	}
	hangUp := p.hangUp
	s.mu.Unlock()
	if hangUp {
		// The reply is sent before. This is not done under mu, because Close blocks
		// if the peer does not read.
		_ = conn.Close()
	}
}

// remove removes p from the list of peers, if it is there.
func (s *Server) remove(p *peer) {
	p.gone = true
	for i, other := range s.peers {
		if other == p {
			s.peers = append(s.peers[:i], s.peers[i+1:]...)
			return
		}
	}
}
