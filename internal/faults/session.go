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

// dialTime limits the time to connect a session and to read its id.
const dialTime = 20 * time.Second

// An endReason is why a session ended.
type endReason int

const (
	connected endReason = iota
	left                // the client closed the connection
	byNode              // the node closed it, because somebody killed it
	byRestart           // the node stopped
)

// A Session is one connection to a node. Its name is unique.
type Session struct {
	Name  string
	Addr  netip.AddrPort
	ID    int64     // 0: the session ended before its id was known
	epoch int64     // of the node at the dial
	began time.Time // before the dial
	ready time.Time // when the id was read; zero if ID is

	// The registry's lock guards these.
	end   endReason
	ended time.Time
}

// connectedAt reports whether the session was certainly connected at a time.
func (s *Session) connectedAt(at time.Time) bool {
	return !s.ready.IsZero() && s.ready.Before(at) && (s.end == connected || s.ended.After(at))
}

// overlaps reports whether the session may have been connected between two times.
func (s *Session) overlaps(from, to time.Time) bool {
	return s.began.Before(to) && (s.end == connected || s.ended.After(from))
}

// dial connects from the local address, names the session, and reads its id. With an
// error it may return a session that ended before that.
func dial(ctx context.Context, n *Node, from netip.AddrPort, name string) (*Session, net.Conn, error) {
	s := &Session{Name: name, Addr: from, epoch: n.epoch.Load(), began: time.Now()}
	dialer := net.Dialer{Timeout: dialTime, LocalAddr: net.TCPAddrFromAddrPort(from), Control: reuse}
	conn, err := dialer.DialContext(ctx, "tcp4", n.Addr())
	if errors.Is(err, syscall.ECONNRESET) { // the node accepted and closed the connection at once
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

// reuse allows binding a port that another session has just left.
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
		return 0, fmt.Errorf("the node replied %q", reply)
	}
	return strconv.ParseInt(strings.TrimSpace(id), 10, 64)
}

// reset closes a connection without TIME_WAIT, so that the port can be used again at
// once.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
