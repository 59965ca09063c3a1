//go:build unix

package bench

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/netip"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// A crowd is a server and the idle clients that are connected to it.
type crowd struct {
	node  *localnode.Process
	ours  *sessions.Node // connected
	pipe  net.Conn       // of the pipeline
	conns []net.Conn     // the idle clients
	next  int            // whose turn it is to be killed
}

// gather starts a server and connects n clients, each of which has sent one command. The
// server has resolved the addresses of all of them, because otherwise the first list or
// kill by address would pay for that.
func gather(tb testing.TB, n int) *crowd {
	binary := localnode.Find()
	if binary == "" {
		tb.Skip("neither redis-server nor valkey-server is on PATH")
	}
	node, err := localnode.StartProcess(context.Background(), binary, "--maxclients", strconv.Itoa(n+100))
	if err != nil {
		tb.Fatal(err)
	}
	c := &crowd{node: node, conns: make([]net.Conn, n)}
	c.ours = sessions.New(sessions.Options{Address: node.Addr()})
	c.pipe = dial(tb, node.Addr())
	c.connect(tb, c.conns)
	resolveAll(tb, c.pipe)
	nobody := []netip.AddrPort{netip.MustParseAddrPort("127.0.0.1:1")}
	if _, err := c.ours.Kill(context.Background(), targets(nobody)); err != nil {
		tb.Fatal(err)
	}
	return c
}

// resolveAll requests the list and discards it.
func resolveAll(tb testing.TB, conn net.Conn) {
	if _, err := io.WriteString(conn, "CLIENT LIST\r\n"); err != nil {
		tb.Fatal(err)
	}
	var size int
	answer := bufio.NewReader(conn) // nothing follows the answer
	if _, err := fmt.Fscanf(answer, "$%d\r\n", &size); err != nil {
		tb.Fatal(err)
	}
	if _, err := io.CopyN(io.Discard, answer, int64(size+len("\r\n"))); err != nil {
		tb.Fatal(err)
	}
}

func (c *crowd) close() {
	c.ours.Close()
	c.pipe.Close()
	c.node.Close()
	for _, conn := range c.conns {
		conn.Close()
	}
}

// connect fills conns with clients that have a reply from the server.
func (c *crowd) connect(tb testing.TB, conns []net.Conn) {
	const atOnce = 64
	var all sync.WaitGroup
	turn := make(chan struct{}, atOnce)
	for i := range conns {
		turn <- struct{}{}
		all.Go(func() {
			defer func() { <-turn }()
			conn, err := net.Dial("tcp", c.node.Addr())
			if err == nil {
				conns[i], err = conn, ping(conn)
			}
			if err != nil {
				tb.Error(err)
			}
		})
	}
	all.Wait()
	if tb.Failed() {
		tb.FailNow()
	}
}

// victims returns the next k clients, and their addresses.
func (c *crowd) victims(k int) ([]net.Conn, []netip.AddrPort) {
	if c.next+k > len(c.conns) {
		c.next = 0
	}
	conns := c.conns[c.next : c.next+k]
	c.next += k
	addrs := make([]netip.AddrPort, k)
	for i, conn := range conns {
		addrs[i] = conn.LocalAddr().(*net.TCPAddr).AddrPort()
	}
	return conns, addrs
}

// replace asserts that the server has closed conns, and connects others.
func (c *crowd) replace(tb testing.TB, conns []net.Conn) {
	closed(tb, conns)
	c.connect(tb, conns)
}

// closed asserts that the server has closed conns.
func closed(tb testing.TB, conns []net.Conn) {
	for _, conn := range conns {
		conn.SetReadDeadline(time.Now().Add(5 * time.Second))
		if _, err := conn.Read(make([]byte, 1)); !errors.Is(err, io.EOF) {
			tb.Fatalf("a client that was killed reads %v, want EOF", err)
		}
		conn.Close()
	}
}

// A bystander pings the server without a pause.
type bystander struct {
	quit    chan struct{}
	longest chan time.Duration
}

// watch returns when the bystander has its first reply. The commands are sent before.
func watch(tb testing.TB, addr string, commands ...string) *bystander {
	conn := dial(tb, addr)
	for _, c := range append(commands, "PING") {
		if _, err := io.WriteString(conn, c+"\r\n"); err != nil {
			tb.Fatal(err)
		}
	}
	for answers := bufio.NewScanner(conn); answers.Text() != "+PONG"; { // nothing follows it
		if !answers.Scan() {
			tb.Fatalf("the bystander is not answered: %v", answers.Err())
		}
	}
	b := &bystander{quit: make(chan struct{}), longest: make(chan time.Duration, 1)}
	go func() {
		defer conn.Close()
		var longest time.Duration
		for {
			start := time.Now()
			if err := ping(conn); err != nil {
				tb.Error(err)
			}
			longest = max(longest, time.Since(start))
			select {
			case <-b.quit:
				b.longest <- longest
				return
			default:
			}
		}
	}()
	return b
}

// stop waits for the last reply and returns the longest wait for a reply.
func (b *bystander) stop() time.Duration {
	close(b.quit)
	return <-b.longest
}

func dial(tb testing.TB, addr string) net.Conn {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		tb.Fatal(err)
	}
	return conn
}

func ping(conn net.Conn) error {
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		return err
	}
	var answer [7]byte
	if _, err := io.ReadFull(conn, answer[:]); err != nil {
		return err
	}
	if string(answer[:]) != "+PONG\r\n" {
		return fmt.Errorf("PING was answered %q", answer)
	}
	return nil
}

// affordable returns n, or less if the limit on open files does not allow n. It logs that.
func affordable(tb testing.TB, n int) int {
	const others = 200
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		tb.Fatal(err)
	}
	if limit.Cur = limit.Max; syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit) != nil {
		tb.Logf("the limit on open files cannot be raised to %d", limit.Max)
		syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit)
	}
	if uint64(limit.Cur) < uint64(n+others) { //nolint:unconvert // Cur is an int64 on FreeBSD
		fewer := int(limit.Cur) - others
		tb.Logf("the limit on open files is %d: %d clients in place of %d", limit.Cur, fewer, n)
		return fewer
	}
	return n
}
