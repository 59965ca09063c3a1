package filter

import "strconv"

// canMatchIPv4 reports whether the pattern matches some IPv4 address, with or
// without a port. A pattern that matches none is a typo, and with != it would
// select every session.
func (g glob) canMatchIPv4() bool {
	type state struct {
		at   string // the positions in the pattern
		text ipv4Prefix
	}
	key := func(at []int) string {
		var b []byte
		for _, i := range at {
			b = append(strconv.AppendInt(b, int64(i), 10), ' ')
		}
		return string(b)
	}
	seen := map[state]bool{}
	var visit func(at []int, text ipv4Prefix) bool
	visit = func(at []int, text ipv4Prefix) bool {
		s := state{key(at), text}
		if len(at) == 0 || seen[s] {
			return false
		}
		seen[s] = true
		if text.isComplete() && g.ends(at) {
			return true
		}
		for _, r := range "0123456789.:" {
			if next, ok := text.add(r); ok && visit(g.after(at, r), next) {
				return true
			}
		}
		return false
	}
	return visit(g.start(), ipv4Prefix{})
}

// An ipv4Prefix is the beginning of an ip or ip:port, reduced to what decides
// which characters can follow.
type ipv4Prefix struct {
	part   int // 0 to 3 for the bytes of the address, 4 for the port
	digits int // the number of digits in the part
	zero   bool
	order  int // how the digits compare to as many of the part's maximum
}

func (p ipv4Prefix) isComplete() bool {
	return p.digits > 0 && (p.part == 3 || p.part == 4)
}

// add returns the prefix with one more character, if an address begins so.
func (p ipv4Prefix) add(r rune) (ipv4Prefix, bool) {
	maximum := "255"
	if p.part == 4 {
		maximum = "65535"
	}
	switch {
	case r == '.':
		return ipv4Prefix{part: p.part + 1}, p.digits > 0 && p.part < 3
	case r == ':':
		return ipv4Prefix{part: 4}, p.digits > 0 && p.part == 3
	case p.zero, p.digits == len(maximum), r == '0' && p.digits == 0 && p.part == 4:
		return p, false // nothing follows a leading 0, and port 0 does not exist
	}
	if p.order == 0 {
		p.order = int(r) - int(maximum[p.digits])
		p.order = max(-1, min(1, p.order))
	}
	p.zero = r == '0' && p.digits == 0
	p.digits++
	return p, p.digits < len(maximum) || p.order <= 0
}
