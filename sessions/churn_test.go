package sessions_test

import (
	"errors"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// There are hardly more ports than clients, so that ports are used again quickly.
const (
	churnClients = 120
	churnPorts   = 130
)

// A churnSession is one session of one client.
type churnSession struct {
	id   int64
	addr netip.AddrPort
}

// A churn is a set of clients that connect and disconnect, each from an address that
// another client has just left.
type churn struct {
	server string

	mu     sync.Mutex
	free   []int                    // unused ports
	alive  map[netip.AddrPort]int64 // the id at an address, as the client itself knows it
	total  int
	killed []churnSession // closed by the server
}

// run runs one client until quit is closed.
func (c *churn) run(quit chan struct{}) {
	for {
		select {
		case <-quit:
			return
		default:
			c.session()
		}
	}
}

// session runs one session: it asks for its id and stays for a few milliseconds.
func (c *churn) session() {
	c.mu.Lock()
	i := rand.IntN(len(c.free))
	port := c.free[i]
	c.free[i] = c.free[len(c.free)-1]
	c.free = c.free[:len(c.free)-1]
	c.mu.Unlock()
	defer func() {
		c.mu.Lock()
		c.free = append(c.free, port)
		c.mu.Unlock()
	}()

	s, err := connect(c.server, &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: port})
	if err != nil {
		time.Sleep(time.Millisecond) // another program has the port
		return
	}
	defer s.reset()
	me := churnSession{addr: s.addr()}
	_ = s.SetDeadline(time.Now().Add(10 * time.Second))
	// Without an id the session is not counted, whatever ended it. If a kill by
	// address hit it, another session will show that.
	if me.id, err = s.clientID(); err != nil {
		return
	}
	c.mu.Lock()
	c.total++
	c.alive[me.addr] = me.id
	c.mu.Unlock()
	_ = s.SetDeadline(time.Now().Add(time.Duration(1+rand.IntN(120)) * time.Millisecond))
	_, err = s.r.ReadByte()
	c.mu.Lock()
	delete(c.alive, me.addr)
	if !errors.Is(err, os.ErrDeadlineExceeded) {
		c.killed = append(c.killed, me)
	}
	c.mu.Unlock()
}

// Every killed session was listed and named with its id, while thousands of sessions
// reuse the addresses of others.
func TestNoNewSessionIsKilledAmongReconnectingClients(t *testing.T) { // alone, because it needs the CPUs
	redistest.Each(t, func(t *testing.T, server localnode.Node) {
		n := openNode(t, sessions.Options{Address: server.Addr()})
		c := &churn{server: server.Addr(), alive: map[netip.AddrPort]int64{}}
		first := firstPort + 1000*(1+rand.IntN(10))
		for i := range churnPorts {
			c.free = append(c.free, first+i)
		}
		quit := make(chan struct{})
		var clients sync.WaitGroup
		for range churnClients {
			clients.Go(func() { c.run(quit) })
		}
		named := map[churnSession]bool{}
		byResult := map[sessions.Result]int{}
		newSessions := 0
		start := time.Now()
		for time.Since(start) < 700*time.Millisecond || // longer on a slow machine
			time.Since(start) < 30*time.Second && (newSessions < 50 || byResult[sessions.Killed] < 50) {
			l, err := n.List(t.Context())
			require.NoError(t, err)
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
			ids := map[netip.AddrPort]int64{} // if two have one address, the later one
			for i := range l.Sessions {
				if s := &l.Sessions[i]; !s.Protected() {
					ids[s.Peer] = s.ID
				}
			}
			var targets []sessions.Target
			snapshot := l.Snapshot()
			c.mu.Lock()
			for addr, id := range ids {
				if rand.IntN(2) == 0 {
					continue
				}
				named[churnSession{id, addr}] = true
				targets = append(targets, snapshot.Addr(addr))
				if now, ok := c.alive[addr]; ok && now != id {
					newSessions++
				}
			}
			c.mu.Unlock()
			outcomes, err := n.Kill(t.Context(), targets)
			if !errors.Is(err, sessions.ErrReplaced) {
				require.NoError(t, err)
			}
			for result, k := range count(outcomes) {
				byResult[result] += k
			}
		}
		close(quit)
		clients.Wait()
		t.Logf("%d sessions, %d named, %d of them with a new session at their address: %v", c.total, len(named), newSessions, byResult)
		require.NotZero(t, newSessions, "no address was used again")
		require.NotEmpty(t, c.killed)
		require.NotZero(t, byResult[sessions.Replaced])
		for _, dead := range c.killed {
			assert.True(t, named[dead], "%v was killed but not named", dead)
		}
	})
}
