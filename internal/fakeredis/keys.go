package fakeredis

// set supports none of the options of SET.
func set(s *Server, p *peer, args []string) {
	if len(args) > 3 {
		p.conn.WriteError("ERR syntax error")
		return
	}
	s.data[key{p.db, args[1]}] = args[2]
	p.conn.WriteString("OK")
}

func get(s *Server, p *peer, args []string) {
	value, ok := s.data[key{p.db, args[1]}]
	if !ok {
		p.conn.WriteNull()
		return
	}
	p.conn.WriteBulkString(value)
}

func del(s *Server, p *peer, args []string) {
	deleted := 0
	for _, name := range args[1:] {
		k := key{p.db, name}
		if _, ok := s.data[k]; ok {
			delete(s.data, k)
			deleted++
		}
	}
	p.conn.WriteInt(deleted)
}
