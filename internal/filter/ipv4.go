package main

import "strconv"

// canBeIPv4 reports whether the pattern is that of some ip or ip:port, of IPv4.
// One that no address can have is a typo, and with != would select all.
func (g glob) canBeIPv4() bool {
	type state struct {
		at   string // the positions in the pattern
		text ipv4Text
	}
	key := func(at []int) string {
		var b []byte
		for _, i := range at {
			b = append(strconv.AppendInt(b, int64(i), 10), ' ')
		}
		return string(b)
	}
	seen := map[state]bool{}
	var visit func(at []int, text ipv4Text) bool
	visit = func(at []int, text ipv4Text) bool {
		s := state{key(at), text}
		if len(at) == 0 || seen[s] {
			return false
		}
		seen[s] = true
		if text.complete() && g.ends(at) {
			return true
		}
		for _, r := range "0123456789.:" {
			if next, ok := text.and(r); ok && visit(g.after(at, r), next) {
				return true
			}
		}
		return false
	}
	return visit(g.start(), ipv4Text{})
}

// An ipv4Text is the beginning of an ip or ip:port, as far as it says what can
// come next.
type ipv4Text struct {
	part   int // 0 to 3: of the address; 4: the port
	digits int // of the part, so far
	zero   bool
	order  int // of the digits, to as many of the part's maximum
}

func (t ipv4Text) complete() bool {
	return t.digits > 0 && (t.part == 3 || t.part == 4)
}

// and returns the text with one more character, if there is such an address.
func (t ipv4Text) and(r rune) (ipv4Text, bool) {
	most := "255"
	if t.part == 4 {
		most = "65535"
	}
	switch {
	case r == '.':
		return ipv4Text{part: t.part + 1}, t.digits > 0 && t.part < 3
	case r == ':':
		return ipv4Text{part: 4}, t.digits > 0 && t.part == 3
	case t.zero, t.digits == len(most), r == '0' && t.digits == 0 && t.part == 4:
		return t, false // nothing comes after a leading 0, and there is no port 0
	}
	if t.order == 0 {
		t.order = int(r) - int(most[t.digits])
		t.order = max(-1, min(1, t.order))
	}
	t.zero = r == '0' && t.digits == 0
	t.digits++
	return t, t.digits < len(most) || t.order <= 0
}
