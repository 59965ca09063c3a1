package redistest

import (
	"net"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var localAddrs atomic.Int32

// LocalAddr returns a loopback address from which a test can connect more than
// once. On Linux every address in 127.0.0.0/8 is this machine, so LocalAddr returns
// an IP address of its own, where no other program takes the port between two
// sessions. The kernel picks the port.
func LocalAddr(t testing.TB) *net.TCPAddr {
	t.Helper()
	pid, n := os.Getpid(), localAddrs.Add(1)
	own := net.IPv4(127, byte(64+n%64), byte(pid>>8), byte(pid))
	ln, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: own})
	if err != nil { // other systems have 127.0.0.1 alone
		ln, err = net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	}
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr)
}

// AwaitAlone waits until the server lists exactly one session at an address. It
// lists a session that has left until it sees the session's end.
func AwaitAlone(t testing.TB, server, addr string) {
	t.Helper()
	admin := Dial(t, server, "")
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if strings.Count(Do(t, admin, "CLIENT LIST"), " addr="+addr+" ") == 1 {
			return
		}
	}
	t.Fatalf("there is not exactly one session at %s:\n%s", addr, Do(t, admin, "CLIENT LIST"))
}
