package fakeredis

import (
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/tidwall/redcon"
)

// A Server is a small node inside this program, with real sockets: it
// answers the commands in commands.go as Redis 7 does. It keeps no passwords,
// replicas or persistence, and publishes nothing.
type Server struct {
	ln      net.Listener
	runID   string
	serving sync.WaitGroup // the accept loop and one for each connection

	// mu makes commands run one at a time, as in Redis: none sees another
	// half done, and a killed peer runs no more of them.
	mu     sync.Mutex
	peers  []*peer // connected, by increasing id
	lastID int64
	data   map[key]string
	fault  string
}

// A key is a string in one of the databases that SELECT chooses from.
type key struct {
	db   int
	name string
}

// Start starts an embedded node on a free loopback port.
func Start() (*Server, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("fakeredis: %w", err)
	}
	s := &Server{ln: ln, runID: newRunID(), data: make(map[key]string)}
	s.serving.Go(func() {
		// It ends when ln is closed, and closes every connection then.
		_ = redcon.Serve(ln, s.handle, s.accept, s.leave)
	})
	return s, nil
}

// Addr returns the node's address, 127.0.0.1:port.
func (s *Server) Addr() string { return s.ln.Addr().String() }

// Kind returns "embedded node".
func (s *Server) Kind() string { return "embedded node" }

// Close ends every session and returns when nothing of the node runs.
func (s *Server) Close() error {
	_ = s.ln.Close() // its one error: it is closed already
	s.serving.Wait()
	return nil
}

// Fail makes every command but PING answer the error reply, for instance
// "BUSY Redis is busy running a script.", until Fail("").
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
		// After its reply. Not under mu: a peer that does not read holds it.
		_ = conn.Close()
	}
}

// remove takes p off the node. It may be off already.
func (s *Server) remove(p *peer) {
	p.gone = true
	for i, other := range s.peers {
		if other == p {
			s.peers = append(s.peers[:i], s.peers[i+1:]...)
			return
		}
	}
}
