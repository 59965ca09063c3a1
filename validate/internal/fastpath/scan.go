package fastpath

import (
	"reflect"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// fallback is what the methods of a scanner return instead of an offset if the
// text has to be given to kin-openapi.
const fallback = -1

// A scanner makes one pass over a text. Its methods take the offset where an
// element of the text begins and return the offset after it, or fallback.
type scanner[T jsontoken.Text] struct {
	text      T
	depth     int
	unknown   nameBuffer
	lookahead int // how many bytes guessLen may still look at
}

// noValue stands for the Go value if the target is nil: nothing is bound.
var noValue reflect.Value

// document reports whether the text is one value that n allows.
func (s *scanner[T]) document(n *node, to *target, v reflect.Value) bool {
	i := s.value(n, s.space(0), to, v)
	return i >= 0 && s.space(i) == len(s.text)
}

// space returns the offset after the white space at i.
func (s *scanner[T]) space(i int) int {
	for i < len(s.text) {
		switch s.text[i] {
		case ' ', '\n', '\t', '\r':
			i++
		default:
			return i
		}
	}
	return i
}

// value reads the value at i, and sets v to it unless to is nil.
func (s *scanner[T]) value(n *node, i int, to *target, v reflect.Value) int {
	if i >= len(s.text) {
		return fallback
	}
	c := s.text[i]
	if to != nil && to.kind == reflect.Pointer && c != 'n' {
		to, v = to.deref(v)
	}
	switch {
	case c == '"':
		if n.string != nil && to.holds(reflect.String) {
			end := s.string(n.string, i, to != nil)
			if end >= 0 && to != nil {
				v.SetString(string(s.text[i+1 : end-1]))
			}
			return end
		}
	case c == '{':
		if n.object != nil && s.depth < jsontoken.MaxDepth && to.holds(reflect.Struct) {
			s.depth++
			i = s.object(n.object, i+1, to, v)
			s.depth--
			return i
		}
	case c == '[':
		if n.array != nil && s.depth < jsontoken.MaxDepth && to.holds(reflect.Slice) {
			s.depth++
			i = s.array(n.array, i+1, to, v)
			s.depth--
			return i
		}
	case c == 't':
		if n.allowTrue && to.holds(reflect.Bool) && s.hasAt(i, "true") {
			if to != nil {
				v.SetBool(true)
			}
			return i + len("true")
		}
	case c == 'f':
		if n.allowFalse && to.holds(reflect.Bool) && s.hasAt(i, "false") {
			return i + len("false") // v is false already
		}
	case c == 'n':
		if n.allowNull && s.hasAt(i, "null") {
			return i + len("null") // encoding/json leaves v unchanged, too
		}
	case n.number != nil:
		return s.number(n.number, i, to, v)
	}
	return fallback
}

// hasAt reports whether word stands at i.
func (s *scanner[T]) hasAt(i int, word string) bool {
	return len(s.text)-i >= len(word) && string(s.text[i:i+len(word)]) == word
}
