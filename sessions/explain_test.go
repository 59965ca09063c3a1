package sessions_test

import (
	"context"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/fakeredis"
	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// requireReason requires that every call returns the same kind of error and the same
// reason.
func requireReason(t *testing.T, o sessions.Options, kind error, reason string) {
	t.Helper()
	n := openNode(t, o)
	check := map[string]error{"check": n.Check(t.Context())}
	for name, call := range calls {
		check[name] = call(t.Context(), n)
	}
	for name, err := range check {
		require.ErrorIs(t, err, kind, name)
		assert.Equal(t, reason, sessions.Reason(err), name)
		assert.NotContains(t, err.Error(), "s3cret", name)
	}
}

func TestTheReasonNamesWhatIsNoNode(t *testing.T) {
	t.Parallel()
	secure := httptest.NewUnstartedServer(http.NotFoundHandler())
	secure.Config.ErrorLog = log.New(io.Discard, "", 0)
	secure.StartTLS()
	t.Cleanup(secure.Close)
	plain := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(plain.Close)
	const silent = "one that sends nothing"
	const notRedis = "this is no Redis or Valkey server"
	const unanswered = "the node closes connections without a reply: it may be starting, require TLS, or be no Redis or Valkey server"
	for name, c := range map[string]struct {
		address string
		kind    error
		reason  string
	}{
		"an HTTP server":                     {plain.Listener.Addr().String(), sessions.ErrRefused, notRedis},
		"one that greets, as SSH does":       {rawServer(t, sendAndClose("SSH-2.0-OpenSSH_9.2\r\n")), sessions.ErrRefused, notRedis},
		"one that sends a reply to nothing":  {rawServer(t, sendAndClose("+OK\r\n")), sessions.ErrRefused, notRedis},
		"one that answers OK to everything":  {rawServer(t, replyToEach("+OK\r\n+OK\r\n")), sessions.ErrRefused, notRedis},
		"one that closes, as twemproxy does": {rawServer(t, func(conn net.Conn) { conn.Read(make([]byte, 1)); conn.Close() }), sessions.ErrUnreachable, unanswered}, //nolint:errcheck // it closes anyway
		"one that closes at once":            {rawServer(t, func(conn net.Conn) { conn.Close() }), sessions.ErrUnreachable, unanswered},
		"one that resets":                    {rawServer(t, func(conn net.Conn) { conn.(*net.TCPConn).SetLinger(0); conn.Close() }), sessions.ErrUnreachable, unanswered}, //nolint:errcheck // it closes anyway
		"a port where nothing listens":       {"127.0.0.1:1", sessions.ErrUnreachable, "the node's host refuses the connection: nothing listens on the port"},
		"a host that does not exist":         {"node.invalid:6379", sessions.ErrUnreachable, "the node's host name does not exist"},
		silent:                               {rawServer(t, func(conn net.Conn) { io.Copy(io.Discard, conn) }), sessions.ErrUnreachable, "the node does not reply"}, //nolint:errcheck // until it closes
		"one that speaks TLS":                {secure.Listener.Addr().String(), sessions.ErrUnreachable, unanswered},
		"a full one":                         {rawServer(t, sendAndClose("-ERR max number of clients reached\r\n")), sessions.ErrBusy, "the node has reached its maximum number of clients"},
		"a full one of a cluster":            {rawServer(t, sendAndClose("-ERR max number of clients + cluster connections reached\r\n")), sessions.ErrBusy, "the node has reached its maximum number of clients"},
		"one in protected mode":              {rawServer(t, sendAndClose("-DENIED Redis is running in protected mode because ...\r\n")), sessions.ErrRefused, "the node is in protected mode: without a password it accepts only local connections"},
		"one that is full after the first command": {rawServer(t, func(conn net.Conn) {
			conn.Read(make([]byte, 64))
			sendAndClose("-ERR max number of clients reached\r\n")(conn)
		}), sessions.ErrBusy, "the node has reached its maximum number of clients"}, //nolint:errcheck // it closes anyway
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			o := sessions.Options{Address: c.address}
			if name == silent {
				o.ReadTimeout = 300 * time.Millisecond
			}
			requireReason(t, o, c.kind, c.reason)
		})
	}
}

// OpenSSL replies to plain text with an alert.
func TestATLSServerThatSendsAnAlertIsRecognised(t *testing.T) {
	t.Parallel()
	alert := string([]byte{0x15, 3, 1, 0, 2, 2, 70})
	requireReason(t, sessions.Options{Address: rawServer(t, replyToEach(alert))}, sessions.ErrRefused, "this is no Redis or Valkey server: it speaks TLS")
}

func TestTheReasonNamesWhatANodeRefuses(t *testing.T) {
	t.Parallel()
	const old = "the server is too old: it does not know CLIENT ID, which came with Redis 5"
	unknown := func(text string) func(string) string {
		return func(command string) string {
			if strings.HasPrefix(command, "CLIENT ID") {
				return "-" + text + "\r\n"
			}
			return ""
		}
	}
	rights := func(granted string) []string {
		return append([]string{"--user", "u", "on", ">s3cret", "-@all"}, strings.Fields(granted)...)
	}
	u := user("u", "s3cret")
	for name, c := range map[string]struct {
		address string
		args    []string
		options sessions.Options
		reason  string
	}{
		"a command that was renamed":     {args: []string{"--rename-command", "CLIENT", "HIDDEN"}, reason: "the node does not know CLIENT: it may be renamed or disabled"},
		"a password that is not given":   {args: []string{"--requirepass", "s3cret"}, reason: "the node requires a password"},
		"a password that is wrong":       {args: []string{"--requirepass", "s3cret2"}, options: sessions.Options{Credentials: password("s3cret")}, reason: "the node rejects the user name and the password"},
		"a user that does not exist":     {options: sessions.Options{Credentials: user("nobody", "s3cret")}, reason: "the node rejects the user name and the password"},
		"a user without CLIENT ID":       {args: rights("+client|list +client|kill"), options: sessions.Options{Credentials: u}, reason: "the node's user may not run CLIENT ID"},
		"a user without any right":       {args: rights(""), options: sessions.Options{Credentials: u}, reason: "the node's user may not run CLIENT ID"},
		"Redis 4":                        {address: scriptedServer(t, unknown("ERR Syntax error, try CLIENT (LIST | KILL | GETNAME | SETNAME | PAUSE | REPLY)")), reason: old},
		"Redis 2.8":                      {address: scriptedServer(t, unknown("ERR Syntax error, try CLIENT (LIST | KILL ip:port | GETNAME | SETNAME connection-name)")), reason: old},
		"a proxy that forbids CLIENT":    {address: scriptedServer(t, unknown("ERR unknown command 'CLIENT'")), reason: "the node does not know CLIENT: it may be renamed or disabled"},
		"a password that cannot be read": {options: sessions.Options{Credentials: func(context.Context) (string, string, error) { return "", "", errors.New("no such file") }}, reason: "the node's password cannot be read"},
		"users on a server without users": {address: scriptedServer(t, func(command string) string {
			if strings.HasPrefix(command, "AUTH") {
				return "-ERR wrong number of arguments for 'auth' command\r\n"
			}
			return ""
		}), options: sessions.Options{Credentials: u}, reason: "the server is too old: it has no users, which came with Redis 6"},
	} {
		t.Run(name, func(t *testing.T) {
			if c.options.Address = c.address; c.address == "" {
				c.options.Address = redistest.Start(t, c.args...).Addr()
			}
			requireReason(t, c.options, sessions.ErrRefused, c.reason)
		})
	}
}

func TestTheReasonNamesAMissingRight(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		rights            []string
		list, kill, check string
	}{
		"to list": {[]string{"+client|kill", "+client|id", "+info"}, "the node's user may not run CLIENT LIST", "the node's user may not run CLIENT LIST", "the node's user may not run CLIENT LIST"},
		"to kill": {[]string{"+client|list", "+client|id", "+info"}, "", "the node's user may not run CLIENT KILL", "the node's user may not run CLIENT KILL"},
		"both":    {[]string{"+client|id"}, "the node's user may not run CLIENT LIST", "the node's user may not run CLIENT LIST", "the node's user may not run CLIENT LIST; the node's user may not run CLIENT KILL"},
		"none":    {[]string{"+client|list", "+client|kill", "+client|id"}, "", "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			redistest.Processes(t, func(t *testing.T, server *localnode.Process) {
				s := redistest.Dial(t, server.Addr(), "s")
				n := openNode(t, sessions.Options{Address: server.Addr(), Credentials: user("u", "s3cret")})
				_, err := n.List(t.Context())
				assert.Equal(t, c.list, sessions.Reason(err))
				assert.Equal(t, c.check, sessions.Reason(n.Check(t.Context())))
				assert.True(t, s.Open(), "a check kills nothing")
				_, err = n.Kill(t.Context(), targetsOf(s))
				assert.Equal(t, c.kill, sessions.Reason(err))
				assert.NotEqual(t, c.kill == "", s.Open())
			}, append([]string{"--user", "u", "on", ">s3cret", "-@all"}, c.rights...)...)
		})
	}
}

func TestABusyNodeHasItsReason(t *testing.T) {
	t.Parallel()
	for reply, reason := range map[string]string{
		"BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.": "the node is busy with a script",
		"LOADING Redis is loading the dataset in memory":                                         "the node is loading its data",
	} {
		t.Run(reason, func(t *testing.T) {
			server, err := fakeredis.Start()
			require.NoError(t, err)
			defer server.Close()
			server.Fail(reply)
			requireReason(t, sessions.Options{Address: server.Addr()}, sessions.ErrBusy, reason)
		})
	}
}

func TestOtherErrorsHaveNoReason(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{"none": nil, "another": io.EOF, "replaced": sessions.ErrReplaced, "protected": sessions.ErrProtected} {
		assert.Empty(t, sessions.Reason(err), name)
	}
}
