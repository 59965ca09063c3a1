package sessions_test

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"io"
	"net"
	"net/netip"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// TestMain runs more tests at the same time than there are CPUs, because they
// mostly wait for servers. The flag -parallel overrides it.
func TestMain(m *testing.M) {
	flag.Parse()
	given := false
	flag.Visit(func(f *flag.Flag) { given = given || f.Name == "test.parallel" })
	if !given {
		_ = flag.Set("test.parallel", "8")
	}
	os.Exit(m.Run())
}

func openNode(t *testing.T, o sessions.Options) *sessions.Node {
	n := sessions.New(o)
	t.Cleanup(func() { n.Close() })
	return n
}

// password returns credentials of the default user.
func password(password string) func(context.Context) (string, string, error) {
	return user("", password)
}

// user returns credentials of an ACL user.
func user(name, password string) func(context.Context) (string, string, error) {
	return func(context.Context) (string, string, error) { return name, password, nil }
}

func addrOf(s *redistest.Session) netip.AddrPort { return netip.MustParseAddrPort(s.Addr()) }

// targetsOf returns targets for the sessions' addresses, without a snapshot.
func targetsOf(of ...*redistest.Session) (targets []sessions.Target) {
	for _, s := range of {
		targets = append(targets, at(addrOf(s))...)
	}
	return targets
}

// at returns targets for addresses, without a snapshot.
func at(addrs ...netip.AddrPort) (targets []sessions.Target) {
	for _, a := range addrs {
		targets = append(targets, sessions.Target{Addr: a})
	}
	return targets
}

// listed lists the node, and returns the targets of the snapshot.
func listed(t *testing.T, n *sessions.Node, addrs ...netip.AddrPort) (targets []sessions.Target) {
	l, err := n.List(t.Context())
	require.NoError(t, err)
	shown := l.Snapshot()
	for _, a := range addrs {
		targets = append(targets, shown.Addr(a))
	}
	return targets
}

// targetings are the ways to name a session to kill.
var targetings = map[string]func(*testing.T, *sessions.Node, ...netip.AddrPort) []sessions.Target{
	"by address": func(_ *testing.T, _ *sessions.Node, addrs ...netip.AddrPort) []sessions.Target { return at(addrs...) },
	"by one of many addresses": func(_ *testing.T, _ *sessions.Node, addrs ...netip.AddrPort) []sessions.Target {
		return at(append(addrs, unusedAddrs(200)...)...)
	},
	"from a list": listed,
}

// unusedAddrs returns addresses without a session.
func unusedAddrs(n int) (addrs []netip.AddrPort) {
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

// resultAt returns the result for an address.
func resultAt(outcomes []sessions.Outcome, a netip.AddrPort) sessions.Result {
	for _, o := range outcomes {
		if o.Addr == a {
			return o.Result
		}
	}
	return "no outcome"
}

// peersOf returns the addresses in CLIENT LIST with filter, of lines that contain match.
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

// awaitSessions waits until the node has n sessions, including its own.
func awaitSessions(t *testing.T, addr string, n int) {
	admin := redistest.Dial(t, addr, "")
	defer admin.Close()
	require.Eventually(t, func() bool {
		list, err := admin.Do("CLIENT", "LIST")
		return err == nil && strings.Count(list, "id=") == n
	}, 5*time.Second, time.Millisecond)
}

// firstPort is far below the ephemeral ports.
const firstPort = 20_000

// A socket is a session whose local port the test chooses.
type socket struct {
	net.Conn
	r *bufio.Reader
}

// connect connects from local, or from any address if it is nil.
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

// reset closes with RST, so that the port can be used again at once.
func (s *socket) reset() {
	_ = s.Conn.(*net.TCPConn).SetLinger(0)
	s.Close()
}

// clientID returns the session's id.
func (s *socket) clientID() (int64, error) {
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
	id, err := s.clientID()
	require.NoError(t, err)
	return id
}

// editingProxy starts a proxy to a node. edit may change what is sent to the node,
// one pipeline at a time.
func editingProxy(t *testing.T, addr string, edit func([]byte) []byte) string {
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

// withoutListID starts a proxy to a node that behaves like Redis before 6.2, which
// does not know CLIENT LIST ID.
func withoutListID(t *testing.T, addr string) string {
	return editingProxy(t, addr, func(sent []byte) []byte {
		return bytes.ReplaceAll(sent, []byte("LIST\r\n$2\r\nID\r\n"), []byte("LIST\r\n$2\r\nXX\r\n"))
	})
}
