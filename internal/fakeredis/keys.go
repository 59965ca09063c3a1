package localnode

// set has none of SET's options.
func set(e *Embedded, p *peer, args []string) {
	if len(args) > 3 {
		p.conn.WriteError("ERR syntax error")
		return
	}
	e.data[key{p.db, args[1]}] = args[2]
	p.conn.WriteString("OK")
}

func get(e *Embedded, p *peer, args []string) {
	value, ok := e.data[key{p.db, args[1]}]
	if !ok {
		p.conn.WriteNull()
		return
	}
	p.conn.WriteBulkString(value)
}

func del(e *Embedded, p *peer, args []string) {
	deleted := 0
	for _, name := range args[1:] {
		k := key{p.db, name}
		if _, ok := e.data[k]; ok {
			delete(e.data, k)
			deleted++
		}
	}
	p.conn.WriteInt(deleted)
}
