package localnode

import (
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/tidwall/redcon"
)

// An Embedded is a small node inside this program, with real sockets: it
// answers the commands in commands.go as Redis 7 does. It keeps no passwords,
// replicas or persistence, and publishes nothing.
type Embedded struct {
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

// StartEmbedded starts an embedded node on a free loopback port.
func StartEmbedded() (*Embedded, error) {
	ln, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("localnode: %w", err)
	}
	e := &Embedded{ln: ln, runID: newRunID(), data: make(map[key]string)}
	e.serving.Go(func() {
		// It ends when ln is closed, and closes every connection then.
		_ = redcon.Serve(ln, e.handle, e.accept, e.leave)
	})
	return e, nil
}

// Addr returns the node's address, 127.0.0.1:port.
func (e *Embedded) Addr() string { return e.ln.Addr().String() }

// Kind returns "embedded node".
func (e *Embedded) Kind() string { return "embedded node" }

// Close ends every session and returns when nothing of the node runs.
func (e *Embedded) Close() error {
	_ = e.ln.Close() // its one error: it is closed already
	e.serving.Wait()
	return nil
}

// Fail makes every command but PING answer the error reply, for instance
// "BUSY Redis is busy running a script.", until Fail("").
func (e *Embedded) Fail(reply string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.fault = reply
}

func (e *Embedded) accept(conn redcon.Conn) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.serving.Add(1)
	e.lastID++
	p := newPeer(e.lastID, conn, time.Now())
	conn.SetContext(p)
	e.peers = append(e.peers, p)
	return true
}

func (e *Embedded) leave(conn redcon.Conn, _ error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.remove(conn.Context().(*peer))
	e.serving.Done()
}

// handle runs one command of one connection.
func (e *Embedded) handle(conn redcon.Conn, cmd redcon.Command) {
	p := conn.Context().(*peer)
	args := make([]string, len(cmd.Args))
	for i, arg := range cmd.Args {
		args[i] = string(arg)
	}
	e.mu.Lock()
	if !p.gone {
		p.active = time.Now()
		e.execute(p, args)
	}
	hangUp := p.hangUp
	e.mu.Unlock()
	if hangUp {
		// After its reply. Not under mu: a peer that does not read holds it.
		_ = conn.Close()
	}
}

// remove takes p off the node. It may be off already.
func (e *Embedded) remove(p *peer) {
	p.gone = true
	for i, other := range e.peers {
		if other == p {
			e.peers = append(e.peers[:i], e.peers[i+1:]...)
			return
		}
	}
}
