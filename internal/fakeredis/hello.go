package fakeredis

import (
	"crypto/rand"
	"encoding/hex"
	"strings"
)

const helloVersion = "7.0.0" // the Redis whose commands and rows these are

// hello accepts only RESP2. A client that asks for RESP3 falls back on NOPROTO.
func hello(_ *Server, p *peer, args []string) {
	if len(args) > 1 {
		version, ok := parseInt(args[1])
		if !ok {
			p.conn.WriteError("ERR Protocol version is not an integer or out of range")
			return
		}
		if version != 2 {
			p.conn.WriteError("NOPROTO unsupported protocol version")
			return
		}
	}
	name, refusal := helloOptions(p.name, args[min(2, len(args)):])
	if refusal != "" {
		p.conn.WriteError(refusal)
		return
	}
	p.name = name
	p.conn.WriteArray(14)
	for _, field := range []string{"server", "redis", "version", helloVersion, "proto"} {
		p.conn.WriteBulkString(field)
	}
	p.conn.WriteInt(2)
	p.conn.WriteBulkString("id")
	p.conn.WriteInt64(p.id)
	for _, field := range []string{"mode", "standalone", "role", "master", "modules"} {
		p.conn.WriteBulkString(field)
	}
	p.conn.WriteArray(0)
}

// helloOptions returns the name to set, or the error reply. An unknown user is
// reported after the syntax errors, and then no option takes effect.
func helloOptions(name string, opts []string) (_, refusal string) {
	var authErr error
	for len(opts) > 0 {
		switch {
		case strings.EqualFold(opts[0], "auth") && len(opts) > 2:
			authErr = authenticate(opts[1])
			opts = opts[3:]
		case strings.EqualFold(opts[0], "setname") && len(opts) > 1:
			if name = opts[1]; !printable(name) {
				return "", badName
			}
			opts = opts[2:]
		default:
			return "", "ERR Syntax error in HELLO option '" + opts[0] + "'"
		}
	}
	if authErr != nil {
		return "", authErr.Error()
	}
	return name, ""
}

// newRunID returns the 40 hexadecimal digits that identify one run of a server.
func newRunID() string {
	id := make([]byte, 20)
	rand.Read(id) // never fails
	return hex.EncodeToString(id)
}

// info replies with the server section, whichever section is requested.
func info(s *Server, p *peer, _ []string) {
	p.conn.WriteBulkString("# Server\r\nredis_version:" + helloVersion + "\r\nredis_mode:standalone\r\nrun_id:" + s.runID + "\r\n")
}
