package validate

import (
	"context"
	"strconv"
	"strings"
)

// maxDepth is how many arrays and objects may stand in each other. Parsers'
// own limits begin at about 100; no API needs so many.
const maxDepth = 64

// scanJSON reads one JSON text (RFC 8259) as strictly as the strictest parser
// would, so that every parser takes it for the same value. It returns the rule
// that text breaks first and the JSON pointer to the place, or "" when all is
// well. It ends with RuleInterrupted when ctx does.
func scanJSON(ctx context.Context, text string, s *shape) (rule, pointer string) {
	sc := scanner{ctx: ctx, data: text}
	sc.space()
	if rule = sc.value(s); rule == "" {
		if sc.space(); sc.pos < len(text) {
			sc.path = sc.path[:0]
			rule = RuleJSONTrailingData
		}
	}
	if rule == "" {
		return "", ""
	}
	return rule, sc.pointer()
}

type scanner struct {
	ctx    context.Context
	data   string
	pos    int
	values int        // that were begun
	path   []step     // to the value that is being read
	names  []nameSlot // of the objects that are open, the innermost last
}

// A step is a member's name, or an item's index where name is empty and index
// is not negative.
type step struct {
	name  string
	index int
}

func (sc *scanner) pointer() string {
	var b strings.Builder
	for _, s := range sc.path {
		if s.index >= 0 {
			b.WriteByte('/')
			b.WriteString(strconv.Itoa(s.index))
		} else {
			b.WriteString(pointerTo(s.name))
		}
	}
	return b.String()
}

func (sc *scanner) space() {
	for sc.pos < len(sc.data) {
		switch sc.data[sc.pos] {
		case ' ', '\t', '\r', '\n':
			sc.pos++
		default:
			return
		}
	}
}

// next skips white space and takes c if it stands there.
func (sc *scanner) next(c byte) bool {
	sc.space()
	if sc.pos < len(sc.data) && sc.data[sc.pos] == c {
		sc.pos++
		return true
	}
	return false
}

func (sc *scanner) value(s *shape) (rule string) {
	if sc.pos == len(sc.data) {
		return RuleJSONSyntax
	}
	if sc.values++; sc.values%(16<<10) == 0 && sc.ctx.Err() != nil {
		return RuleInterrupted
	}
	switch c := sc.data[sc.pos]; c {
	case '{':
		return sc.object(s)
	case '[':
		return sc.array(s)
	case '"':
		_, rule := sc.quoted()
		return rule
	case 't':
		return sc.literal("true")
	case 'f':
		return sc.literal("false")
	case 'n':
		return sc.literal("null")
	default:
		return sc.number(s)
	}
}

func (sc *scanner) literal(word string) (rule string) {
	if !strings.HasPrefix(sc.data[sc.pos:], word) {
		return RuleJSONSyntax
	}
	sc.pos += len(word)
	return ""
}

func (sc *scanner) array(s *shape) (rule string) {
	sc.pos++
	if len(sc.path) == maxDepth {
		return RuleJSONDepth
	}
	if sc.next(']') {
		return ""
	}
	sc.path = append(sc.path, step{})
	here := len(sc.path) - 1
	for i := 0; ; i++ {
		sc.path[here].index = i
		sc.space()
		if rule := sc.value(s.item()); rule != "" {
			return rule
		}
		switch {
		case sc.next(','):
		case sc.next(']'):
			sc.path = sc.path[:here]
			return ""
		default:
			return RuleJSONSyntax
		}
	}
}

func (sc *scanner) object(s *shape) (rule string) {
	sc.pos++
	if len(sc.path) == maxDepth {
		return RuleJSONDepth
	}
	if sc.next('}') {
		return ""
	}
	sc.path = append(sc.path, step{index: -1})
	here, first := len(sc.path)-1, len(sc.names)
	var many nameSet
	for {
		sc.path[here].name = ""
		if sc.space(); sc.pos == len(sc.data) || sc.data[sc.pos] != '"' {
			return RuleJSONSyntax
		}
		place := sc.pos
		name, rule := sc.text()
		if rule != "" {
			return rule
		}
		sc.path[here].name = name
		if sc.known(name, place, first, &many) {
			return RuleJSONDuplicateKey
		}
		child, caseAlone := s.member(name)
		if caseAlone {
			return RuleJSONKeyCase
		}
		if !sc.next(':') {
			return RuleJSONSyntax
		}
		sc.space()
		if rule := sc.value(child); rule != "" {
			return rule
		}
		switch {
		case sc.next(','):
		case sc.next('}'):
			sc.path, sc.names = sc.path[:here], sc.names[:first]
			return ""
		default:
			return RuleJSONSyntax
		}
	}
}

// known tells whether the open object, whose names start at first, already has
// a member called name, and remembers it by the place of its quote. A few names
// are compared one by one; many go into a table, so that an object of n members
// never costs n².
func (sc *scanner) known(name string, place, first int, many *nameSet) bool {
	const few = 32
	slot := nameSlot{hashOf(name), uint32(place + 1)}
	names := sc.names[first:]
	if many.count == 0 {
		for _, one := range names {
			if one.hash == slot.hash && one.in(sc.data) == name {
				return true
			}
		}
		if len(names) < few {
			sc.names = append(sc.names, slot)
			return false
		}
		for _, one := range names {
			many.add(sc.data, one.in(sc.data), one)
		}
	}
	return !many.add(sc.data, name, slot)
}

func (sc *scanner) number(s *shape) (rule string) {
	start := sc.pos
	if sc.at("-") {
		sc.pos++
	}
	switch {
	case sc.at("0"):
		sc.pos++
	case sc.digits() == 0:
		return RuleJSONSyntax
	}
	if sc.at(".") {
		if sc.pos++; sc.digits() == 0 {
			return RuleJSONSyntax
		}
	}
	if sc.at("eE") {
		if sc.pos++; sc.at("+-") {
			sc.pos++
		}
		if sc.digits() == 0 {
			return RuleJSONSyntax
		}
	}
	if !isExact(sc.data[start:sc.pos], s != nil && s.wide) {
		return RuleJSONNumber
	}
	return ""
}

// at tells whether one of the bytes of set comes next.
func (sc *scanner) at(set string) bool {
	return sc.pos < len(sc.data) && strings.IndexByte(set, sc.data[sc.pos]) >= 0
}

func (sc *scanner) digits() (n int) {
	for sc.at("0123456789") {
		sc.pos++
		n++
	}
	return n
}
