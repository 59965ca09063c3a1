package bench

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"strconv"
	"testing"
)

// serve204 answers every request on loopback with 204 and X-Request-Id. It
// knows just enough of HTTP/1.1 to find the end of a request. It allocates nothing, so
// that only the caller's allocations are counted.
func serve204(tb testing.TB) (endpoint string) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { l.Close() })
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer conn.Close()
				if err := answer204(conn); !errors.Is(err, io.EOF) {
					tb.Log(err)
				}
			}()
		}
	}()
	return "http://" + l.Addr().String()
}

func answer204(conn net.Conn) error {
	answer := []byte("HTTP/1.1 204 No Content\r\nX-Request-Id: " + requestID + "\r\n\r\n")
	in := bufio.NewReader(conn)
	for {
		length := -1
		for {
			line, err := in.ReadSlice('\n')
			if err != nil {
				return err
			}
			if len(line) == len("\r\n") {
				break
			}
			if digits, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
				if length, err = strconv.Atoi(string(bytes.TrimSpace(digits))); err != nil {
					return err
				}
			}
		}
		if length < 0 {
			return fmt.Errorf("a request without a Content-Length")
		}
		if _, err := in.Discard(length); err != nil {
			return err
		}
		if _, err := conn.Write(answer); err != nil {
			return err
		}
	}
}
