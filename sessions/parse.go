package sessions

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// CLIENT LIST has one line per session, for example, of Redis 6.2 and Valkey 9
// (each is one line):
//
//	id=8 addr=10.0.0.7:51424 laddr=10.0.0.2:6379 fd=10 name=web-1 age=341 idle=2
//	flags=N db=0 sub=0 psub=0 multi=-1 qbuf=26 qbuf-free=40928 argv-mem=10 obl=0
//	oll=0 omem=0 tot-mem=61466 events=r cmd=client user=default redir=-1
//
//	id=23 addr=10.0.0.9:40212 laddr=10.0.0.2:6379 fd=14 name= age=12 idle=12
//	flags=P capa= db=0 sub=1 psub=0 ssub=0 multi=-1 watch=0 qbuf=0 qbuf-free=0
//	argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=1664 events=r
//	cmd=subscribe user=default redir=-1 resp=2 lib-name= lib-ver= tot-net-in=27
//	tot-net-out=60 tot-cmds=1

// parseList reads the reply to CLIENT LIST, of any version, and sorts the sessions
// by id. Their texts are parts of reply, so that a session costs no allocation.
// Lines without an id or an address are skipped.
func parseList(reply string) []Session {
	list := make([]Session, 0, strings.Count(reply, "\n")+1)
	sorted := true
	for line := range strings.SplitSeq(reply, "\n") {
		list = append(list, Session{})
		s := &list[len(list)-1]
		if s.parse(strings.TrimSuffix(line, "\r")); s.ID <= 0 || s.Addr == "" {
			list = list[:len(list)-1]
		} else if len(list) > 1 && s.ID < list[len(list)-2].ID {
			sorted = false
		}
	}
	if !sorted { // a link to the primary that was resumed comes last
		slices.SortFunc(list, func(a, b Session) int { return cmp.Compare(a.ID, b.ID) })
	}
	return list
}

// parse reads a line by its keys, because their order and number differ by
// version. It splits a field at its first "=", because a client may call itself
// "flags=S". Only the path of a Unix socket can contain spaces.
func (s *Session) parse(line string) {
	if before, path, after := cutPath(line); path != "" {
		s.parseFields(before)
		s.parseFields(after)
		s.Addr = path
	} else {
		s.parseFields(line)
	}
	if s.Flags == "" {
		s.Flags = "N"
	}
	if strings.Contains(s.Flags, "U") { // a path may look like an address
		s.Peer = netip.AddrPort{}
	}
	s.protection = protectionOf(s)
}

// cutPath cuts the address of a Unix socket out of a line, whatever the path
// contains. path is "" if the line has no such address. A server from 6.2 shows
// the address twice, as addr and as laddr, which differ for all other clients.
// Nothing else in a line can contain " laddr=" or " fd=".
func cutPath(line string) (before, path, after string) {
	const addr, laddr, fd = " addr=", " laddr=", " fd="
	at := strings.Index(line, addr)
	if at < 0 {
		return line, "", ""
	}
	before, rest := line[:at], line[at+len(addr):]
	n := strings.Count(rest, laddr)
	if n == 0 {
		if end := strings.LastIndex(rest, fd); end > 0 && strings.Contains(rest[:end], " ") {
			return before, rest[:end], rest[end:]
		}
		return line, "", ""
	}
	end := 0
	for range n/2 + 1 { // the middle one
		end += strings.Index(rest[end:], laddr) + len(laddr)
	}
	path, after = rest[:end-len(laddr)], rest[end:]
	if strings.HasPrefix(after, path) && strings.HasPrefix(after[len(path):], fd) {
		return before, path, after[len(path):]
	}
	return line, "", ""
}

// parseFields reads fields without spaces. It skips words without "=".
func (s *Session) parseFields(line string) {
	for at := 0; at < len(line); at++ {
		start := at
		for at < len(line) && line[at] != '=' && line[at] != ' ' {
			at++
		}
		if at == len(line) || line[at] == ' ' {
			continue
		}
		key := line[start:at]
		start = at + 1
		for at = start; at < len(line) && line[at] != ' '; at++ {
		}
		s.set(key, line[start:at])
	}
}

func (s *Session) set(key, value string) {
	switch key {
	case "id":
		s.ID = parseInt(value)
	case "addr":
		s.Addr, s.Peer = value, parsePeer(value)
	case "fd":
		s.FD = value
	case "name":
		s.Name = value
	case "cmd":
		s.Cmd = value
	case "user":
		s.User = value
	case "db":
		s.DB = value
	case "flags":
		s.Flags = value
	case "events":
		s.Events = value
	case "age":
		s.Age = parseInt(value)
	case "idle":
		s.Idle = parseInt(value)
	case "sub":
		s.Sub = parseInt(value)
	case "psub":
		s.PSub = parseInt(value)
	case "multi":
		s.Multi = parseInt(value)
	case "qbuf":
		s.QBuf = parseInt(value)
	case "qbuf-free":
		s.QBufFree = parseInt(value)
	case "obl":
		s.OBL = parseInt(value)
	case "oll":
		s.OLL = parseInt(value)
	case "omem":
		s.OMem = parseInt(value)
	}
}

// parseInt returns 0 for a text that is no number, and the nearest int64 for one
// out of range: the server's sizes are unsigned.
func parseInt(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// parsePeer reads ip:port and [ip6]:port. A Unix socket is /path:0, or
// [/path:0]:0 on Valkey 9. It is not an address, because all its clients share it.
func parsePeer(text string) netip.AddrPort {
	if strings.HasPrefix(strings.TrimPrefix(text, "["), "/") {
		return netip.AddrPort{}
	}
	a, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.AddrPort{}
	}
	return canonical(a)
}

// canonical returns one form for equal addresses: an IPv4 address may be mapped
// into IPv6, and no server shows a zone.
func canonical(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
