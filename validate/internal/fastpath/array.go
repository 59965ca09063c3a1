package fastpath

import (
	"reflect"
	"strings"
)

// An arrayRule is what a schema requires of arrays.
type arrayRule struct {
	items    *node
	min, max int
}

// array reads the array whose opening bracket stands before i. It appends the
// items to the slice v unless to is nil.
//
// array, slice and strings are three loops, because one loop for all of them is
// 5 % slower where nothing is bound, and 8 % slower for a []string.
func (s *scanner[T]) array(r *arrayRule, i int, to *target, v reflect.Value) int {
	if to != nil {
		return s.slice(r, i, to, v)
	}
	if i = s.space(i); s.hasAt(i, "]") {
		return s.closeArray(r, 0, i)
	}
	for count := 1; ; count++ {
		if i = s.value(r.items, i, nil, noValue); i < 0 {
			return fallback
		}
		if i = s.space(i); s.hasAt(i, ",") {
			i = s.space(i + 1)
			continue
		}
		if s.hasAt(i, "]") {
			return s.closeArray(r, count, i)
		}
		return fallback
	}
}

// slice is array for a slice that is bound.
func (s *scanner[T]) slice(r *arrayRule, i int, to *target, v reflect.Value) int {
	if i = s.space(i); s.hasAt(i, "]") {
		v.Set(to.empty)
		return s.closeArray(r, 0, i)
	}
	if to.elem == nil { // every item falls back
		return fallback
	}
	size := s.guessLen(r, i, to)
	if to.isStrings && !r.items.allowNull {
		return s.strings(r, i, v.Addr().Interface().(*[]string), size)
	}
	v.Grow(size)
	for count := 1; ; count++ {
		if count > v.Cap() {
			v.Grow(1)
		}
		v.SetLen(count)
		if i = s.value(r.items, i, to.elem, v.Index(count-1)); i < 0 {
			return fallback
		}
		if i = s.space(i); s.hasAt(i, ",") {
			i = s.space(i + 1)
			continue
		}
		if s.hasAt(i, "]") {
			return s.closeArray(r, count, i)
		}
		return fallback
	}
}

// strings is slice for a []string, without reflection. The first item stands at i.
func (s *scanner[T]) strings(r *arrayRule, i int, into *[]string, size int) int {
	list := make([]string, 0, size)
	for {
		if !s.hasAt(i, `"`) {
			return fallback
		}
		start := i + 1
		if i = s.string(r.items.string, i, true); i < 0 {
			return fallback
		}
		list = append(list, string(s.text[start:i-1]))
		if i = s.space(i); s.hasAt(i, ",") {
			i = s.space(i + 1)
			continue
		}
		if s.hasAt(i, "]") {
			*into = list
			return s.closeArray(r, len(list), i)
		}
		return fallback
	}
}

// closeArray returns the offset after the closing bracket at i of an array with
// count items.
func (s *scanner[T]) closeArray(r *arrayRule, count, i int) int {
	if count < r.min || count > r.max {
		return fallback
	}
	return i + 1
}

// guessLen guesses how many items the array at i has, so that most slices are
// allocated once. It counts the commas up to what looks like the array's end. The
// bytes that all calls look at together stay in proportion to the text, and the
// guess never exceeds what the shortest items could fill.
func (s *scanner[T]) guessLen(r *arrayRule, i int, to *target) int {
	const some = 4
	rest := string(s.text[i:min(len(s.text), i+s.lookahead)])
	end := findClose(rest, lastByte(r.items))
	s.lookahead -= end
	count := min(strings.Count(rest[:end], ",")+1, end/(r.items.minLen()+1)+1, r.max)
	if size := int(to.elem.typ.Size()); size > 16 {
		count = min(count, end*16/size+some)
	}
	return max(count, 1)
}

// findClose returns the offset of the first closing bracket that stands after
// last, or of the first one at all if last is 0. It returns len(text) if there is
// none.
func findClose(text string, last byte) int {
	for i := 0; ; i++ {
		next := strings.IndexByte(text[i:], ']')
		if next < 0 {
			return len(text)
		}
		if i += next; last == 0 || i > 0 && text[i-1] == last {
			return i
		}
	}
}

// lastByte returns the byte that items end with, or 0 if there are several. A
// closing bracket after another byte belongs to a string or to an item.
func lastByte(items *node) byte {
	switch {
	case items.number != nil || items.allowTrue || items.allowFalse || items.allowNull:
		return 0
	case items.string != nil:
		return '"'
	case items.object != nil:
		return '}'
	default:
		return ']'
	}
}
