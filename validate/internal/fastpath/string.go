package fastpath

import "github.com/getkin/kin-openapi/openapi3"

// A text is what a schema asks of strings.
type text struct {
	min, max int    // in characters, as kin-openapi counts them: an emoji is one
	enum     *words // nil: any
	matches  []*pattern
	dated    bool // begins with a day that its month has
}

// compileText returns nil where every string needs kin-openapi.
func compileText(s *openapi3.Schema) *text {
	t := &text{min: atLeast(s.MinLength), max: atMost(s.MaxLength)}
	if len(s.Enum) > 0 {
		t.enum = newWords(s.Enum)
	}
	if s.Pattern != "" {
		p := compilePattern(s.Pattern)
		if p == nil || !p.isKins(s.Pattern) {
			return nil
		}
		t.matches = append(t.matches, p)
	}
	if s.Format != "" && !t.format(s.Format) {
		return nil
	}
	return t
}

// plain tells whether length alone counts.
func (t *text) plain() bool { return t.enum == nil && t.matches == nil }

// string reads the string that opens at i. One that is bound stands there as it
// is.
func (s *scan[T]) string(t *text, i int, bound bool) int {
	if len(t.matches) > 0 && t.matches[0].auto != nil {
		return s.matched(t, i)
	}
	return s.checked(t, i, bound)
}

// matched reads a string of plain ASCII and runs the automaton over it at once.
func (s *scan[T]) matched(t *text, i int) int {
	a, text := t.matches[0].auto, s.text
	next, state, j := a.next, a.start, i+1
	for ; j < len(text); j++ {
		class := a.quoted[text[j]]
		if class == stop {
			break
		}
		state = next[state+class]
	}
	if j == len(text) {
		return doubt
	}
	if text[j] != '"' { // an escape, or not ASCII: the pattern's regexp has to look
		return s.checked(t, i, true)
	}
	length := j - i - 1
	if next[state] == 0 || length < t.min || length > t.max {
		return doubt
	}
	if (len(t.matches) > 1 || t.enum != nil || t.dated) && !fits(t, text[i+1:j], length) {
		return doubt
	}
	return j + 1
}

// checked reads any string, and then looks at it.
func (s *scan[T]) checked(t *text, i int, bound bool) int {
	end, length, escaped := s.quoted(i)
	if end < 0 || length < t.min || length > t.max || escaped && (bound || !t.plain()) {
		return doubt
	}
	if !t.plain() && !fits(t, s.text[i+1:end-1], length) {
		return doubt
	}
	return end
}

func (t *text) fits(value string, length int) bool { return fits(t, value, length) }

// fits tells whether a decoded string of valid UTF-8 is accepted.
func fits[T chars](t *text, value T, length int) bool {
	if length < t.min || length > t.max || t.enum != nil && !has(t.enum, value) {
		return false
	}
	for _, p := range t.matches {
		if !match(p, value) {
			return false
		}
	}
	return !t.dated || isDay(value)
}

// quoted reads the string that opens at i: the place after it, its length in
// characters, and whether there are escapes in it.
func (s *scan[T]) quoted(i int) (end, length int, escaped bool) {
	start, extra := i+1, 0 // extra are the bytes that are not a character's first
	text := s.text
	for j := start; j < len(text); {
		c := text[j]
		switch {
		case ordinary[c]:
			j++
		case c == '"':
			return j + 1, j - start - extra, escaped
		case c == '\\':
			escaped = true
			size := s.escape(j)
			if size == 0 {
				return doubt, 0, true
			}
			j, extra = j+size, extra+size-1
		default:
			size := s.character(j)
			if size == 0 {
				return doubt, 0, escaped
			}
			j, extra = j+size, extra+size-1
		}
	}
	return doubt, 0, escaped
}

// ordinary are the bytes that stand for themselves in a string and are a
// character each.
var ordinary = func() (set [256]bool) {
	for c := ' '; c < 0x80; c++ {
		set[c] = c != '"' && c != '\\'
	}
	return set
}()
