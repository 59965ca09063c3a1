package fastpath

import "github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"

// quoted reads the JSON string that starts at i. It returns the offset after it,
// its length in characters, and whether it has escapes.
func (s *scanner[T]) quoted(i int) (end, length int, escaped bool) {
	start, extra := i+1, 0 // extra counts the bytes of characters after their first byte
	text := s.text
	for j := start; j < len(text); {
		c := text[j]
		var size int
		switch {
		case isPlain[c]:
			j++
			continue
		case c == '"':
			return j + 1, j - start - extra, escaped
		case c == '\\':
			escaped = true
			size = jsontoken.EscapeLen(text, j)
		default:
			size = jsontoken.CharLen(text, j)
		}
		if size == 0 {
			return fallback, 0, escaped
		}
		j, extra = j+size, extra+size-1
	}
	return fallback, 0, escaped
}

// isPlain holds the bytes that stand for themselves in a JSON string and are one
// character each.
var isPlain = func() (set [256]bool) {
	for c := ' '; c < 0x80; c++ {
		set[c] = c != '"' && c != '\\'
	}
	return set
}()
