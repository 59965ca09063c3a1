package validate

import (
	"encoding/json"
	"strconv"
	"unicode/utf8"
)

// text reads a string and returns it decoded. It shares the text's memory where
// there are no escapes.
func (sc *scanner) text() (decoded, rule string) {
	start := sc.pos
	escaped, rule := sc.quoted()
	if rule != "" {
		return "", rule
	}
	quoted := sc.data[start:sc.pos]
	if !escaped {
		return quoted[1 : len(quoted)-1], ""
	}
	if err := json.Unmarshal([]byte(quoted), &decoded); err != nil {
		return "", RuleJSONSyntax
	}
	return decoded, ""
}

// quoted reads a string and tells whether there are escapes in it.
func (sc *scanner) quoted() (escaped bool, rule string) {
	sc.pos++
	for sc.pos < len(sc.data) {
		switch c := sc.data[sc.pos]; {
		case c == '"':
			sc.pos++
			return escaped, ""
		case c == '\\':
			escaped = true
			if rule := sc.escape(); rule != "" {
				return true, rule
			}
		case c < 0x20:
			return escaped, RuleJSONSyntax
		case c < utf8.RuneSelf:
			sc.pos++
		default:
			r, size := utf8.DecodeRuneInString(sc.data[sc.pos:])
			if r == utf8.RuneError && size == 1 {
				return escaped, RuleJSONUTF8
			}
			sc.pos += size
		}
	}
	return escaped, RuleJSONSyntax
}

// escape reads one escape, or the two that make a surrogate pair.
func (sc *scanner) escape() (rule string) {
	if sc.pos+1 == len(sc.data) {
		return RuleJSONSyntax
	}
	switch sc.data[sc.pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		sc.pos += 2
		return ""
	case 'u':
	default:
		return RuleJSONSyntax
	}
	unit, ok := sc.unit()
	switch {
	case !ok:
		return RuleJSONSyntax
	case unit == 0:
		return RuleJSONNUL
	case unit < 0xd800 || unit > 0xdfff:
		return ""
	case unit > 0xdbff: // a second half without its first
		return RuleJSONSurrogate
	}
	if second, ok := sc.unit(); !ok || second < 0xdc00 || second > 0xdfff {
		return RuleJSONSurrogate
	}
	return ""
}

// unit reads \uXXXX.
func (sc *scanner) unit() (unit uint64, ok bool) {
	if len(sc.data)-sc.pos < 6 || sc.data[sc.pos] != '\\' || sc.data[sc.pos+1] != 'u' {
		return 0, false
	}
	unit, err := strconv.ParseUint(sc.data[sc.pos+2:sc.pos+6], 16, 16)
	if err != nil {
		return 0, false
	}
	sc.pos += 6
	return unit, true
}
