package fakeredis

import (
	"errors"
	"strconv"
	"strings"
)

func ping(_ *Server, p *peer, args []string) {
	switch {
	case len(args) > 2:
		p.conn.WriteError("ERR wrong number of arguments for 'ping' command")
	case len(p.channels) > 0:
		p.conn.WriteArray(2)
		p.conn.WriteBulkString("pong")
		p.conn.WriteBulkString(strings.Join(args[1:], ""))
	case len(args) == 2:
		p.conn.WriteBulkString(args[1])
	default:
		p.conn.WriteString("PONG")
	}
}

func echo(_ *Server, p *peer, args []string) { p.conn.WriteBulkString(args[1]) }

func quit(s *Server, p *peer, _ []string) {
	p.conn.WriteString("OK")
	s.remove(p)
	p.hangUp = true
}

const databases = 16 // Redis's default

func selectDB(_ *Server, p *peer, args []string) {
	db, ok := parseInt(args[1])
	switch {
	case !ok:
		p.conn.WriteError("ERR value is not an integer or out of range")
	case db != int64(int32(db)):
		p.conn.WriteError("ERR value is out of range, value must between -2147483648 and 2147483647")
	case db < 0 || db >= databases:
		p.conn.WriteError("ERR DB index is out of range")
	default:
		p.db = int(db)
		p.conn.WriteString("OK")
	}
}

// role replies as a new primary without replicas.
func role(_ *Server, p *peer, _ []string) {
	p.conn.WriteArray(3)
	p.conn.WriteBulkString("master")
	p.conn.WriteInt(0)
	p.conn.WriteArray(0)
}

var errWrongPass = errors.New("WRONGPASS invalid username-password pair or user is disabled.") //nolint:revive // Redis sends this text

// authenticate accepts only Redis's default user, with any password.
func authenticate(user string) error {
	if user != "default" {
		return errWrongPass
	}
	return nil
}

func auth(_ *Server, p *peer, args []string) {
	switch {
	case len(args) > 3:
		p.conn.WriteError("ERR syntax error")
	case len(args) == 2:
		p.conn.WriteError("ERR AUTH <password> called without any password configured for " +
			"the default user. Are you sure your configuration is correct?")
	case authenticate(args[1]) != nil:
		p.conn.WriteError(errWrongPass.Error())
	default:
		p.conn.WriteString("OK")
	}
}

// parseInt accepts what string2ll in Redis accepts: not "+1", "01" or "-0".
func parseInt(s string) (int64, bool) {
	n, err := strconv.ParseInt(s, 10, 64)
	return n, err == nil && strconv.FormatInt(n, 10) == s
}
