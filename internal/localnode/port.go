package localnode

import (
	"errors"
	"net"
	"strconv"
)

// busOffset is the difference between a cluster node's bus port and its port.
const busOffset = 10000

// freePort returns a loopback port that is free now. Its cluster bus port exists and
// is free too.
func freePort() (int, error) { return choosePort(free) }

func choosePort(free func(port int) (int, bool)) (int, error) {
	for range 100 {
		port, ok := free(0)
		if !ok {
			break
		}
		if _, ok := free(port + busOffset); ok {
			return port, nil
		}
	}
	return 0, errors.New("localnode: no free loopback port")
}

// free reports whether a port can be bound, and returns it. With 0 the kernel picks
// the port.
func free(port int) (int, bool) {
	ln, err := net.Listen("tcp4", "127.0.0.1:"+strconv.Itoa(port))
	if err != nil {
		return 0, false // in use, or above 65535
	}
	defer ln.Close()
	return ln.Addr().(*net.TCPAddr).Port, true
}
