package faults

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"net/netip"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The prefixes of the sessions' names.
const (
	targetPrefix    = "t-"        // callers may kill it
	bystanderPrefix = "b-"        // no caller kills it
	sentinelPrefix  = "sentinel-" // protected
)

// protected reports whether the server must never kill the session.
func (s *Session) protected() bool { return strings.HasPrefix(s.Name, sentinelPrefix) }

// A peer is a client that connects again from the same address whenever its session
// ends.
type peer struct {
	from   netip.AddrPort
	kind   string
	now    atomic.Pointer[Session] // nil: not connected
	leaves bool                    // it also closes its sessions itself
}

// clients are the clients of a node.
type clients struct {
	node    *Node
	reg     *registry
	all     []*peer // those that callers may kill come first
	size    int     // the number of those
	seq     atomic.Int64
	stop    context.CancelFunc
	refused atomic.Pointer[error] // the error of the last session that could not connect
	group   sync.WaitGroup
}

const (
	bystanders = 20
	sentinels  = 2
)

// openClients starts size clients whose sessions callers may kill, and the others. If
// leaves is set, every second one of the former also closes its sessions itself.
func openClients(ctx context.Context, n *Node, reg *registry, ip netip.Addr, size int, leaves bool) *clients {
	c := &clients{node: n, reg: reg, size: size}
	ctx, c.stop = context.WithCancel(ctx)
	port := uint16(2000)
	for i := range size + bystanders + sentinels {
		for port++; taken(netip.AddrPortFrom(ip, port)); port++ {
		}
		s := &peer{from: netip.AddrPortFrom(ip, port), kind: targetPrefix, leaves: leaves && i%2 == 0}
		if i >= size {
			s.kind, s.leaves = bystanderPrefix, false
		}
		if i >= size+bystanders {
			s.kind = sentinelPrefix
		}
		c.all = append(c.all, s)
		c.group.Go(func() {
			for ctx.Err() == nil {
				c.live(ctx, s)
			}
		})
	}
	return c
}

// taken reports whether another program listens on the port at all addresses.
func taken(at netip.AddrPort) bool {
	ln, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(at))
	if err == nil {
		ln.Close()
	}
	return err != nil
}

// live runs one session of a peer.
func (c *clients) live(ctx context.Context, sl *peer) {
	name := fmt.Sprintf("%s%d", sl.kind, c.seq.Add(1))
	if sl.kind == sentinelPrefix {
		name += "-cmd"
	}
	s, conn, err := dial(ctx, c.node, sl.from, name)
	if err != nil {
		c.refused.Store(&err)
		if s != nil {
			c.reg.add(s)
			c.reg.finish(s, left)
		}
		time.Sleep(time.Duration(5+rand.IntN(20)) * time.Millisecond)
		return
	}
	c.reg.add(s)
	sl.now.Store(s)
	stay := time.Time{}
	if sl.leaves {
		stay = time.Now().Add(time.Duration(rand.ExpFloat64() * float64(8*time.Second)))
	}
	conn.SetReadDeadline(stay)
	stop := context.AfterFunc(ctx, func() { conn.SetReadDeadline(time.Unix(1, 0)) })
	_, err = conn.Read(make([]byte, 1))
	stop()
	sl.now.Store(nil)
	switch {
	case errors.Is(err, os.ErrDeadlineExceeded):
		c.reg.finish(s, left)
	case c.node.took(s):
		c.reg.finish(s, byRestart)
	default:
		c.reg.finish(s, byNode)
	}
	reset(conn)
	if rand.IntN(4) == 0 { // the others connect again at once
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
	}
}

// connectedAt returns how many of the peers are connected.
func (c *clients) connectedAt(all []*peer) (n int) {
	for _, s := range all {
		if s.now.Load() != nil {
			n++
		}
	}
	return n
}

// await waits until nearly all clients are connected.
func (c *clients) await(ctx context.Context) error {
	for c.connectedAt(c.all[c.size:]) < len(c.all)-c.size || c.connectedAt(c.all) < len(c.all)*9/10 {
		if ctx.Err() != nil {
			err := fmt.Errorf("only %d of %d clients are connected", c.connectedAt(c.all), len(c.all))
			if last := c.refused.Load(); last != nil {
				err = fmt.Errorf("%w; the last error: %w", err, *last)
			}
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}

func (c *clients) close() {
	c.stop()
	c.group.Wait()
}
