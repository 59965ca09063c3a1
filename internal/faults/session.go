package faults

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// dialTime limits how long a session takes to connect and to learn its id.
const dialTime = 20 * time.Second

// An ending is why a session is over.
type ending int

const (
	connected ending = iota
	left             // it closed its own connection
	byNode           // the node closed it: somebody killed it
	byRestart        // its node ended
)

// A Session is one connection to a node. Its name is given once.
type Session struct {
	Name  string
	Addr  netip.AddrPort
	ID    int64     // 0: it ended before the node said it
	epoch int64     // of the node, when it was dialled
	began time.Time // before it was dialled
	ready time.Time // when the node had said its id; zero where ID is

	// the registry's lock guards these
	end   ending
	ended time.Time
}

// there reports whether the session was connected for certain at a time.
func (s *Session) there(at time.Time) bool {
	return !s.ready.IsZero() && s.ready.Before(at) && (s.end == connected || s.ended.After(at))
}

// overlaps reports whether the session may have been connected between two times.
func (s *Session) overlaps(from, to time.Time) bool {
	return s.began.Before(to) && (s.end == connected || s.ended.After(from))
}

// dial connects from the local address, names the session, and learns its id.
// The session it returns with an error is one that ended before that.
func dial(ctx context.Context, n *Node, from netip.AddrPort, name string) (*Session, net.Conn, error) {
	s := &Session{Name: name, Addr: from, epoch: n.epoch.Load(), began: time.Now()}
	dialer := net.Dialer{Timeout: dialTime, LocalAddr: net.TCPAddrFromAddrPort(from), Control: reuse}
	conn, err := dialer.DialContext(ctx, "tcp4", n.Addr())
	if errors.Is(err, syscall.ECONNRESET) { // it was there, and was ended before this side knew
		return s, nil, err
	}
	if err != nil {
		return nil, nil, err
	}
	s.Addr = conn.LocalAddr().(*net.TCPAddr).AddrPort()
	stop := context.AfterFunc(ctx, func() { conn.SetDeadline(time.Unix(1, 0)) })
	s.ID, err = introduce(conn, name)
	if !stop() && err == nil {
		err = ctx.Err()
	}
	if err != nil {
		reset(conn)
		return s, nil, err
	}
	s.ready = time.Now()
	return s, conn, nil
}

// reuse lets a port that was just left be bound again.
func reuse(_, _ string, c syscall.RawConn) (err error) {
	control := c.Control(func(fd uintptr) {
		err = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_REUSEADDR, 1)
	})
	if control != nil {
		return control
	}
	return err
}

// introduce names the connection and returns its id.
func introduce(conn net.Conn, name string) (int64, error) {
	conn.SetDeadline(time.Now().Add(dialTime))
	if _, err := conn.Write([]byte("CLIENT SETNAME " + name + "\r\nCLIENT ID\r\n")); err != nil {
		return 0, err
	}
	var reply []byte
	for part := make([]byte, 128); bytes.Count(reply, []byte("\r\n")) < 2; {
		k, err := conn.Read(part)
		reply = append(reply, part[:k]...)
		if err != nil {
			return 0, fmt.Errorf("%w after %q", err, reply)
		}
	}
	id, ok := strings.CutPrefix(string(reply), "+OK\r\n:")
	if !ok {
		return 0, fmt.Errorf("the node answered %q", reply)
	}
	return strconv.ParseInt(strings.TrimSpace(id), 10, 64)
}

// reset closes without a TIME_WAIT, so that the port can be used again at once.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
