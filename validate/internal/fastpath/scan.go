package fastpath

import "reflect"

// maxDepth is how many arrays and objects may stand in each other.
const maxDepth = 64

// doubt is the place after a value that is not accepted.
const doubt = -1

// chars are the texts that a scan reads without a copy.
type chars interface{ string | []byte }

// A scan is one pass over a text. Its methods take the place where something
// begins and return the place after it, or doubt.
type scan[T chars] struct {
	text  T
	depth int
	names names
	ahead int // the bytes that a bind may still look ahead; see room
}

// noValue goes with a nil slot: nothing is bound.
var noValue reflect.Value

// whole tells whether the text is one value that n accepts.
func (s *scan[T]) whole(n *node, to *slot, v reflect.Value) bool {
	i := s.value(n, s.space(0), to, v)
	return i >= 0 && s.space(i) == len(s.text)
}

// space returns the place after the white space at i.
func (s *scan[T]) space(i int) int {
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

// value reads the value at i, and sets v to it where to is not nil.
func (s *scan[T]) value(n *node, i int, to *slot, v reflect.Value) int {
	if i >= len(s.text) {
		return doubt
	}
	c := s.text[i]
	if to != nil && to.kind == reflect.Pointer && c != 'n' {
		to, v = to.follow(v)
	}
	switch {
	case c == '"':
		if n.text != nil && to.takes(reflect.String) {
			end := s.string(n.text, i, to != nil)
			if end >= 0 && to != nil {
				v.SetString(string(s.text[i+1 : end-1]))
			}
			return end
		}
	case c == '{':
		if n.object != nil && s.depth < maxDepth && to.takes(reflect.Struct) {
			s.depth++
			i = s.object(n.object, i+1, to, v)
			s.depth--
			return i
		}
	case c == '[':
		if n.list != nil && s.depth < maxDepth && to.takes(reflect.Slice) {
			s.depth++
			i = s.array(n.list, i+1, to, v)
			s.depth--
			return i
		}
	case c == 't':
		if n.yes && to.takes(reflect.Bool) && s.at(i, "true") {
			if to != nil {
				v.SetBool(true)
			}
			return i + len("true")
		}
	case c == 'f':
		if n.no && to.takes(reflect.Bool) && s.at(i, "false") {
			return i + len("false") // v is false already
		}
	case c == 'n':
		if n.null && s.at(i, "null") {
			return i + len("null") // as encoding/json leaves what is not there
		}
	case n.number != nil:
		return s.number(n.number, i, to, v)
	}
	return doubt
}

// at tells whether word stands at i.
func (s *scan[T]) at(i int, word string) bool {
	return len(s.text)-i >= len(word) && string(s.text[i:i+len(word)]) == word
}
