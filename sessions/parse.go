package sessions

import (
	"cmp"
	"net/netip"
	"slices"
	"strconv"
	"strings"
)

// parseList reads the reply to CLIENT LIST, of any version, by ascending id. The
// texts of the sessions are parts of it, so that a row costs no allocation. A
// line without an id or an address is left out.
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
	if !sorted { // a link to the primary that was taken up again stands last
		slices.SortFunc(list, func(a, b Session) int { return cmp.Compare(a.ID, b.ID) })
	}
	return list
}

// parse reads a line by its keys: their order and number differ by version. A
// field is cut at its first "=", for a client may call itself "flags=S". Nothing
// has spaces but the path of a Unix socket.
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

// cutPath cuts the address of a Unix socket out of a line, where it has spaces,
// with all that a path may have in it: "" where there is none. A server from 6.2
// shows it twice, as addr and as laddr, which differ for all other clients;
// nothing else in a line can have " laddr=" or " fd=" in it.
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

// parseFields reads fields without spaces. A word without "=" is passed over.
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
		s.ID = number(value)
	case "addr":
		s.Addr, s.Peer = value, peer(value)
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
		s.Age = number(value)
	case "idle":
		s.Idle = number(value)
	case "sub":
		s.Sub = number(value)
	case "psub":
		s.PSub = number(value)
	case "multi":
		s.Multi = number(value)
	case "qbuf":
		s.QBuf = number(value)
	case "qbuf-free":
		s.QBufFree = number(value)
	case "obl":
		s.OBL = number(value)
	case "oll":
		s.OLL = number(value)
	case "omem":
		s.OMem = number(value)
	}
}

// number is 0 for what is none, and the nearest there is for what an int64 does
// not hold: the server's sizes are unsigned.
func number(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}

// peer reads ip:port and [ip6]:port. A Unix socket is /path:0, and [/path:0]:0
// on Valkey 9: all its clients have the one address, which is nobody's.
func peer(text string) netip.AddrPort {
	if strings.HasPrefix(strings.TrimPrefix(text, "["), "/") {
		return netip.AddrPort{}
	}
	a, err := netip.ParseAddrPort(text)
	if err != nil {
		return netip.AddrPort{}
	}
	return canonical(a)
}

// canonical gives one form to addresses that are the same: an IPv4 address may
// come mapped into IPv6, and no server shows a zone.
func canonical(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap().WithZone(""), a.Port())
}
