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

// The kinds of sessions, by the beginning of their names.
const (
	ofCrowd     = "t-"        // callers may ask for it
	bystander   = "b-"        // nobody asks for it
	ofSentinels = "sentinel-" // protected
)

// protected reports whether the session must live whatever is asked.
func (s *Session) protected() bool { return strings.HasPrefix(s.Name, ofSentinels) }

// A slot is a client that comes back from the same address whenever its session
// ends.
type slot struct {
	from     netip.AddrPort
	kind     string
	now      atomic.Pointer[Session] // nil: none
	restless bool                    // it also leaves by itself
}

// A crowd is the clients of a node.
type crowd struct {
	node    *Node
	reg     *registry
	slots   []*slot // those of ofCrowd first
	size    int     // how many those are
	seq     atomic.Int64
	stop    context.CancelFunc
	refused atomic.Pointer[error] // why the last session that failed did
	group   sync.WaitGroup
}

const (
	bystanders = 20
	sentinels  = 2
)

// gather opens size sessions that callers may ask for, and the others. Of the
// former, every second one also leaves by itself where they are restless.
func gather(ctx context.Context, n *Node, reg *registry, ip netip.Addr, size int, restless bool) *crowd {
	c := &crowd{node: n, reg: reg, size: size}
	ctx, c.stop = context.WithCancel(ctx)
	port := uint16(2000)
	for i := range size + bystanders + sentinels {
		for port++; taken(netip.AddrPortFrom(ip, port)); port++ {
		}
		s := &slot{from: netip.AddrPortFrom(ip, port), kind: ofCrowd, restless: restless && i%2 == 0}
		if i >= size {
			s.kind, s.restless = bystander, false
		}
		if i >= size+bystanders {
			s.kind = ofSentinels
		}
		c.slots = append(c.slots, s)
		c.group.Go(func() {
			for ctx.Err() == nil {
				c.live(ctx, s)
			}
		})
	}
	return c
}

// taken reports whether somebody listens on the port at all addresses.
func taken(at netip.AddrPort) bool {
	ln, err := net.ListenTCP("tcp4", net.TCPAddrFromAddrPort(at))
	if err == nil {
		ln.Close()
	}
	return err != nil
}

// live is one session of a slot.
func (c *crowd) live(ctx context.Context, sl *slot) {
	name := fmt.Sprintf("%s%d", sl.kind, c.seq.Add(1))
	if sl.kind == ofSentinels {
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
	if sl.restless {
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
	if rand.IntN(4) == 0 { // the others come back at once
		time.Sleep(time.Duration(rand.IntN(30)) * time.Millisecond)
	}
}

// there returns how many sessions of the slots are connected.
func (c *crowd) there(slots []*slot) (n int) {
	for _, s := range slots {
		if s.now.Load() != nil {
			n++
		}
	}
	return n
}

// await waits until nearly all slots have a session.
func (c *crowd) await(ctx context.Context) error {
	for c.there(c.slots[c.size:]) < len(c.slots)-c.size || c.there(c.slots) < len(c.slots)*9/10 {
		if ctx.Err() != nil {
			err := fmt.Errorf("only %d of %d clients are connected", c.there(c.slots), len(c.slots))
			if last := c.refused.Load(); last != nil {
				err = fmt.Errorf("%w; the last that could not: %w", err, *last)
			}
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
	return nil
}

func (c *crowd) close() {
	c.stop()
	c.group.Wait()
}
