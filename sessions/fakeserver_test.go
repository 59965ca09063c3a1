package sessions_test

import (
	"io"
	"net"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/tidwall/redcon"
)

// speaker is a server that does what serve does with each connection.
func speaker(t *testing.T, serve func(net.Conn)) (addr string) {
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

// sayAndClose is a server that says something before it hears anything, as one
// that is full does.
func sayAndClose(text string) func(net.Conn) {
	return func(conn net.Conn) {
		io.WriteString(conn, text) //nolint:errcheck // the client sees it
		conn.Close()
	}
}

// answerEach is a server that answers whatever comes with the same text.
func answerEach(text string) func(net.Conn) {
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

// script is a server that answers what answer returns for a command, of which it
// gets the words: a whole reply of the protocol. "" is the usual reply of a
// server whose only client is the one that asks.
func script(t *testing.T, answer func(command string) string) (addr string) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	t.Cleanup(func() { ln.Close() })
	go redcon.Serve(ln, func(conn redcon.Conn, cmd redcon.Command) { //nolint:errcheck // it ends with the test
		words := make([]string, len(cmd.Args))
		for i, arg := range cmd.Args {
			words[i] = string(arg)
		}
		command := strings.Join(words, " ")
		switch reply := answer(command); {
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
