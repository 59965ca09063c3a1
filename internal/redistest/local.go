package redistest

import (
	"math/rand/v2"
	"net"
	"strings"
	"testing"
	"time"
)

// LocalAddr returns a loopback address to connect from more than once. Its port
// is below those that systems give away by themselves (32768 and up on Linux),
// so that nobody takes it between two sessions.
func LocalAddr(t testing.TB) *net.TCPAddr {
	t.Helper()
	for range 100 {
		addr := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 12_000 + rand.N(8_000)}
		if ln, err := net.ListenTCP("tcp", addr); err == nil {
			ln.Close()
			return addr
		}
	}
	t.Fatal("no free port")
	return nil
}

// AwaitAlone waits until one session of the node alone has an address: one that
// has left stays in its list until the node sees it.
func AwaitAlone(t testing.TB, node, addr string) {
	t.Helper()
	admin := Dial(t, node, "")
	for end := time.Now().Add(10 * time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		list, err := admin.Do("CLIENT", "LIST")
		if err != nil {
			t.Fatal(err)
		}
		if strings.Count(list, " addr="+addr+" ") == 1 {
			return
		}
	}
	t.Fatalf("there is not one session at %s", addr)
}
