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

// The ports that the clients come from are hardly more than there are clients.
const (
	churnClients = 120
	churnPorts   = 130
)

// A life is one session of one client.
type life struct {
	id   int64
	addr netip.AddrPort
}

// A churn is clients that come and go, each from an address that another has
// just left.
type churn struct {
	server string

	mu     sync.Mutex
	free   []int                    // the ports that nobody has
	alive  map[netip.AddrPort]int64 // who has an address, by its own word
	lives  int
	killed []life // those that the node closed
}

// run is one client, until quit is closed.
func (c *churn) run(quit chan struct{}) {
	for {
		select {
		case <-quit:
			return
		default:
			c.live()
		}
	}
}

// live is one session: it asks for its id and stays a few milliseconds.
func (c *churn) live() {
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
		time.Sleep(time.Millisecond) // the port is another's
		return
	}
	defer s.reset()
	me := life{addr: s.addr()}
	_ = s.SetDeadline(time.Now().Add(10 * time.Second))
	// Without an id the session is nobody's, whoever ended it: a kill by
	// address may have hit it, which the next time will show.
	if me.id, err = s.ask(); err != nil {
		return
	}
	c.mu.Lock()
	c.lives++
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

// Whoever dies by the node's hand was listed and asked for, with his id, while
// thousands come to the addresses of those that have left.
func TestNoNewcomerIsKilledAmongReconnectingClients(t *testing.T) {
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
		asked := map[life]bool{}
		byResult := map[sessions.Result]int{}
		newcomers := 0
		start := time.Now()
		for time.Since(start) < 700*time.Millisecond || // longer where the machine is slow
			time.Since(start) < 10*time.Second && (newcomers < 50 || byResult[sessions.Killed] < 50) {
			l, err := n.List(t.Context())
			require.NoError(t, err)
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond)
			there := map[netip.AddrPort]int64{} // of two with one address the later
			for i := range l.Sessions {
				if s := &l.Sessions[i]; !s.Protected() {
					there[s.Peer] = s.ID
				}
			}
			var targets []sessions.Target
			shown := l.Snapshot()
			c.mu.Lock()
			for addr, id := range there {
				if rand.IntN(2) == 0 {
					continue
				}
				asked[life{id, addr}] = true
				targets = append(targets, shown.Addr(addr))
				if now, ok := c.alive[addr]; ok && now != id {
					newcomers++
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
		t.Logf("%d sessions, %d asked for, %d of them with a newcomer at their address: %v", c.lives, len(asked), newcomers, byResult)
		require.NotZero(t, newcomers, "no address was used again")
		require.NotEmpty(t, c.killed)
		require.NotZero(t, byResult[sessions.Replaced])
		for _, dead := range c.killed {
			assert.True(t, asked[dead], "%v was killed and not asked for", dead)
		}
	})
}
