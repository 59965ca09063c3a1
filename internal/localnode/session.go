package localnode

import (
	"bufio"
	"errors"
	"net"
	"os"
	"strconv"
	"strings"
	"time"
)

const (
	dialTimeout  = 5 * time.Second
	replyTimeout = 5 * time.Second
	stateTimeout = 2 * time.Second // for Open and Closed
)

// A Session is one RESP2 connection that never reconnects, so that its state is the
// socket's. Only one goroutine may use it at a time, except for Close.
type Session struct {
	conn    net.Conn
	r       *bufio.Reader
	timeout time.Duration // for one reply
	gone    bool          // FIN or RST arrived
	pings   int
}

// Dial opens a session and names it with CLIENT SETNAME, unless name is "".
func Dial(addr, name string) (*Session, error) {
	s, err := dial(addr, dialTimeout)
	if err != nil {
		return nil, err
	}
	s.timeout = replyTimeout
	if name != "" {
		if _, err := s.Do("CLIENT", "SETNAME", name); err != nil {
			s.Close()
			return nil, err
		}
	}
	return s, nil
}

func dial(addr string, timeout time.Duration) (*Session, error) {
	conn, err := net.DialTimeout("tcp", addr, timeout)
	if err != nil {
		return nil, err
	}
	return &Session{conn: conn, r: bufio.NewReader(conn), timeout: timeout}, nil
}

// Addr returns the session's address as the server sees it, ip:port.
func (s *Session) Addr() string { return s.conn.LocalAddr().String() }

// Close closes the socket from this side.
func (s *Session) Close() error { return s.conn.Close() }

// Do sends one command and reads one reply, within 5 s. It joins the elements of a
// reply with spaces, and returns nil as "(nil)". An error reply is a [*ReplyError];
// other errors are the socket's. Subscribe to one channel at a time, because
// SUBSCRIBE replies once for each channel.
func (s *Session) Do(args ...string) (string, error) {
	if err := s.send(s.timeout, args...); err != nil {
		return "", err
	}
	return s.receive()
}

// Open reports whether the server replies to PING within 2 s. It discards messages,
// and replies that came too late for Do.
func (s *Session) Open() bool {
	s.pings++
	token := "ping-" + strconv.Itoa(s.pings)
	if s.send(stateTimeout, "PING", token) != nil {
		return false
	}
	for {
		reply, err := s.receive()
		if err == nil && (reply == token || reply == "pong "+token) { // the second if subscribed
			return true
		}
		if err != nil && !isReply(err) {
			return false
		}
	}
}

// Closed reads from the socket and reports whether the server closed it. It returns
// true as soon as FIN or RST arrives, and false if neither arrives within 2 s or if
// this side closed the socket.
func (s *Session) Closed() bool {
	if s.gone {
		return true
	}
	if s.conn.SetDeadline(time.Now().Add(stateTimeout)) != nil {
		return false
	}
	for {
		if _, err := s.receive(); err != nil && !isReply(err) {
			return s.gone
		}
	}
}

func (s *Session) send(timeout time.Duration, args ...string) error {
	if err := s.conn.SetDeadline(time.Now().Add(timeout)); err != nil {
		return err
	}
	var b strings.Builder
	b.WriteString("*" + strconv.Itoa(len(args)) + "\r\n")
	for _, arg := range args {
		b.WriteString("$" + strconv.Itoa(len(arg)) + "\r\n" + arg + "\r\n")
	}
	_, err := s.conn.Write([]byte(b.String()))
	return s.note(err)
}

func (s *Session) receive() (string, error) {
	reply, err := readReply(s.r)
	return reply, s.note(err)
}

// note records that the server closed the socket. Errors other than error replies,
// deadlines and this side's Close mean FIN or RST; their values depend on the
// system.
func (s *Session) note(err error) error {
	if err != nil && !isReply(err) && !errors.Is(err, errProtocol) &&
		!errors.Is(err, os.ErrDeadlineExceeded) && !errors.Is(err, net.ErrClosed) {
		s.gone = true
	}
	return err
}
