package sessions_test

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

func openNode(t *testing.T, o sessions.Options) *sessions.Node {
	n := sessions.New(o)
	t.Cleanup(func() { n.Close() })
	return n
}

// password gives the default user's.
func password(password string) func(context.Context) (string, string, error) {
	return user("", password)
}

// user gives an ACL user's name and password.
func user(name, password string) func(context.Context) (string, string, error) {
	return func(context.Context) (string, string, error) { return name, password, nil }
}

func addrOf(s *redistest.Session) netip.AddrPort { return netip.MustParseAddrPort(s.Addr()) }

// targetsOf names whatever is at the sessions' addresses.
func targetsOf(of ...*redistest.Session) (targets []sessions.Target) {
	for _, s := range of {
		targets = append(targets, at(addrOf(s))...)
	}
	return targets
}

// at names whatever is at the addresses.
func at(addrs ...netip.AddrPort) (targets []sessions.Target) {
	for _, a := range addrs {
		targets = append(targets, sessions.Target{Addr: a})
	}
	return targets
}

// listed names the sessions that the node has at the addresses now.
func listed(t *testing.T, n *sessions.Node, addrs ...netip.AddrPort) (targets []sessions.Target) {
	l, err := n.List(t.Context())
	require.NoError(t, err)
	shown := l.Snapshot()
	for _, a := range addrs {
		targets = append(targets, shown.Addr(a))
	}
	return targets
}

// ways are those of naming a session to kill.
var ways = map[string]func(*testing.T, *sessions.Node, ...netip.AddrPort) []sessions.Target{
	"by address": func(_ *testing.T, _ *sessions.Node, addrs ...netip.AddrPort) []sessions.Target { return at(addrs...) },
	"by one of many addresses": func(_ *testing.T, _ *sessions.Node, addrs ...netip.AddrPort) []sessions.Target {
		return at(append(addrs, strangers(200)...)...)
	},
	"from a list": listed,
}

// strangers are addresses that nobody has, enough to be looked up in a list.
func strangers(n int) (addrs []netip.AddrPort) {
	for i := range n {
		addrs = append(addrs, netip.AddrPortFrom(netip.MustParseAddr("192.0.2.1"), uint16(1+i)))
	}
	return addrs
}

func results(outcomes []sessions.Outcome) (list []sessions.Result) {
	for _, o := range outcomes {
		list = append(list, o.Result)
	}
	return list
}

// resultAt is the result for an address.
func resultAt(outcomes []sessions.Outcome, a netip.AddrPort) sessions.Result {
	for _, o := range outcomes {
		if o.Addr == a {
			return o.Result
		}
	}
	return "no outcome"
}

// peersOf asks the node itself for the sessions of a type, or of a name.
func peersOf(t *testing.T, addr, match string, filter ...string) (addrs []netip.AddrPort) {
	admin := redistest.Dial(t, addr, "")
	defer admin.Close()
	list, err := admin.Do(append([]string{"CLIENT", "LIST"}, filter...)...)
	require.NoError(t, err)
	for line := range strings.Lines(list) {
		_, rest, _ := strings.Cut(line, " addr=")
		text, _, _ := strings.Cut(rest, " ")
		if a, err := netip.ParseAddrPort(text); err == nil && strings.Contains(line, match) {
			addrs = append(addrs, a)
		}
	}
	return addrs
}

// awaitSessions waits until the node has so many sessions, the asker's own too.
func awaitSessions(t *testing.T, addr string, n int) {
	admin := redistest.Dial(t, addr, "")
	defer admin.Close()
	require.Eventually(t, func() bool {
		list, err := admin.Do("CLIENT", "LIST")
		return err == nil && strings.Count(list, "id=") == n
	}, 5*time.Second, time.Millisecond)
}

// firstPort is far below the ports that systems give out by themselves.
const firstPort = 20_000

// A socket is a session whose own port the test chooses.
type socket struct {
	net.Conn
	r *bufio.Reader
}

// connect connects from the local address, any where it is nil.
func connect(addr string, local net.Addr) (*socket, error) {
	d := net.Dialer{Timeout: 5 * time.Second, LocalAddr: local}
	conn, err := d.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	return &socket{conn, bufio.NewReader(conn)}, nil
}

func dialFrom(t *testing.T, addr string, local net.Addr) *socket {
	s, err := connect(addr, local)
	require.NoError(t, err)
	t.Cleanup(s.reset)
	return s
}

func (s *socket) addr() netip.AddrPort { return s.LocalAddr().(*net.TCPAddr).AddrPort() }

// reset closes with RST, so that the port is free at once.
func (s *socket) reset() {
	_ = s.Conn.(*net.TCPConn).SetLinger(0)
	s.Close()
}

// ask returns the id that the node gave to the session.
func (s *socket) ask() (int64, error) {
	if _, err := io.WriteString(s, "CLIENT ID\r\n"); err != nil {
		return 0, err
	}
	line, err := s.r.ReadString('\n')
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(strings.Trim(line, ":\r\n"), 10, 64)
}

func (s *socket) id(t *testing.T) int64 {
	id, err := s.ask()
	require.NoError(t, err)
	return id
}

// relay stands before a node, and shows what is sent to the node to edit first,
// a pipeline at a time.
func relay(t *testing.T, addr string, edit func([]byte) []byte) string {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			client, err := ln.Accept()
			if err != nil {
				return
			}
			server, err := net.Dial("tcp", addr)
			if err != nil {
				client.Close()
				return
			}
			go io.Copy(client, server) //nolint:errcheck // the sessions end with the test
			go func() {
				defer server.Close()
				buf := make([]byte, 64<<10)
				for {
					n, err := client.Read(buf)
					if err != nil {
						return
					}
					server.Write(edit(buf[:n])) //nolint:errcheck // the client sees it
				}
			}()
		}
	}()
	return ln.Addr().String()
}

// before62 stands before a node and does not let CLIENT LIST ID through, which
// came with Redis 6.2.
func before62(t *testing.T, addr string) string {
	return relay(t, addr, func(sent []byte) []byte {
		return bytes.ReplaceAll(sent, []byte("LIST\r\n$2\r\nID\r\n"), []byte("LIST\r\n$2\r\nXX\r\n"))
	})
}
