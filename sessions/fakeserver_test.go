package sessions_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/redcon"
)

// rawServer starts a server that calls serve for each connection.
func rawServer(t *testing.T, serve func(net.Conn)) (addr string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { ln.Close() })
	go func() {
		for {
			conn, err := ln.Accept()
			if err != nil {
				return
			}
			go serve(conn)
		}
	}()
	return ln.Addr().String()
}

// sendAndClose sends text before it reads anything, as a full server does.
func sendAndClose(text string) func(net.Conn) {
	return func(conn net.Conn) {
		io.WriteString(conn, text) //nolint:errcheck // the client sees it
		conn.Close()
	}
}

// replyToEach sends text for whatever it reads.
func replyToEach(text string) func(net.Conn) {
	return func(conn net.Conn) {
		defer conn.Close()
		buf := make([]byte, 4096)
		for {
			if _, err := conn.Read(buf); err != nil {
				return
			}
			if _, err := io.WriteString(conn, text); err != nil {
				return
			}
		}
	}
}

// scriptedServer starts a server that replies to a command, its words joined by
// spaces, with what replyTo returns: a complete RESP reply, or "" for the reply of a
// server whose only client is the caller.
func scriptedServer(t *testing.T, replyTo func(command string) string) (addr string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { ln.Close() })
	go redcon.Serve(ln, func(conn redcon.Conn, cmd redcon.Command) { //nolint:errcheck // it ends with the test
		words := make([]string, len(cmd.Args))
		for i, arg := range cmd.Args {
			words[i] = string(arg)
		}
		command := strings.Join(words, " ")
		switch reply := replyTo(command); {
		case reply != "":
			conn.WriteRaw([]byte(reply))
		case command == "CLIENT ID":
			conn.WriteInt(1)
		case strings.HasPrefix(command, "CLIENT LIST"):
			conn.WriteBulkString("id=1 addr=" + conn.RemoteAddr() + " flags=N\n")
		case strings.HasPrefix(command, "CLIENT KILL"):
			conn.WriteInt(0)
		default:
			conn.WriteError("ERR unknown command '" + words[0] + "'")
		}
	}, func(redcon.Conn) bool { return true }, nil)
	return ln.Addr().String()
}

func bulk(text string) string { return string(redcon.AppendBulkString(nil, text)) }
