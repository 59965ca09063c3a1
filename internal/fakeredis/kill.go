package fakeredis

import "strings"

// A killFilter has the conditions of CLIENT KILL. A peer must meet all of them. nil
// and 0 match every peer. A repeated condition replaces the one before it, as in
// Redis 7.
type killFilter struct {
	id          int64
	addr, laddr *string
	kind        string
	skipMe      bool
}

func clientKill(s *Server, p *peer, args []string) {
	if len(args) == 3 {
		s.killAddr(p, args[2])
		return
	}
	filter, refusal := parseKillFilter(args[2:])
	if refusal != "" {
		p.conn.WriteError(refusal)
		return
	}
	p.conn.WriteInt(s.kill(p, filter))
}

// killAddr is the old form of the command, without filters. It also kills the
// killer.
func (s *Server) killAddr(p *peer, addr string) {
	if s.kill(p, killFilter{addr: &addr}) == 0 {
		p.conn.WriteError("ERR No such client")
		return
	}
	p.conn.WriteString("OK")
}

// kill closes the sockets of the peers that match and returns their number. The
// killer's own socket is closed after the reply.
func (s *Server) kill(killer *peer, filter killFilter) (killed int) {
	for i := 0; i < len(s.peers); {
		p := s.peers[i]
		if !filter.matches(p) || p == killer && filter.skipMe {
			i++
			continue
		}
		killed++
		s.remove(p) // the next peer is at i now
		if p == killer {
			p.hangUp = true
		} else {
			_ = p.conn.NetConn().Close()
		}
	}
	return killed
}

func (f killFilter) matches(p *peer) bool {
	return (f.id == 0 || f.id == p.id) &&
		(f.addr == nil || *f.addr == p.addr) &&
		(f.laddr == nil || *f.laddr == p.laddr) &&
		(f.kind == "" || f.kind == p.kind())
}

func parseKillFilter(opts []string) (_ killFilter, refusal string) {
	f := killFilter{skipMe: true}
	for ; len(opts) > 0; opts = opts[2:] {
		if len(opts) == 1 {
			return f, "ERR syntax error"
		}
		if refusal := f.add(strings.ToLower(opts[0]), opts[1]); refusal != "" {
			return f, refusal
		}
	}
	return f, ""
}

func (f *killFilter) add(option, value string) (refusal string) {
	switch option {
	case "id":
		id, ok := parseInt(value)
		if !ok || id < 1 {
			return "ERR client-id should be greater than 0"
		}
		f.id = id
	case "addr":
		f.addr = &value
	case "laddr":
		f.laddr = &value
	case "type":
		f.kind, refusal = peerKind(value)
	case "user":
		if value != "default" { // the only user
			return "ERR No such user '" + value + "'"
		}
	case "skipme":
		switch strings.ToLower(value) {
		case "yes":
			f.skipMe = true
		case "no":
			f.skipMe = false
		default:
			return "ERR syntax error"
		}
	default:
		return "ERR syntax error"
	}
	return refusal
}
