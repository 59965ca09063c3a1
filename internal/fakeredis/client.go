package fakeredis

import (
	"strings"
	"time"
)

func clientID(_ *Server, p *peer, _ []string) { p.conn.WriteInt64(p.id) }

const badName = "ERR Client names cannot contain spaces, newlines or special characters."

// clientSetName removes the name if the new one is empty.
func clientSetName(_ *Server, p *peer, args []string) {
	if !printable(args[2]) {
		p.conn.WriteError(badName)
		return
	}
	p.name = args[2]
	p.conn.WriteString("OK")
}

func clientGetName(_ *Server, p *peer, _ []string) {
	if p.name == "" {
		p.conn.WriteNull()
		return
	}
	p.conn.WriteBulkString(p.name)
}

// clientSetInfo checks its arguments as Redis 7.2 does and stores nothing, because
// the rows of Redis 7.0 have no field for it.
func clientSetInfo(_ *Server, p *peer, args []string) {
	attr := strings.ToLower(args[2])
	switch {
	case attr != "lib-name" && attr != "lib-ver":
		p.conn.WriteError("ERR Unrecognized option '" + args[2] + "'")
	case !printable(args[3]):
		p.conn.WriteError("ERR " + args[2] + " cannot contain spaces, newlines or special characters.")
	default:
		p.conn.WriteString("OK")
	}
}

func clientInfo(_ *Server, p *peer, _ []string) { p.conn.WriteBulkString(p.row(time.Now())) }

func printable(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool { return r < '!' || r > '~' })
}
