package redistest

import (
	"math/rand/v2"
	"net"
	"testing"
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
