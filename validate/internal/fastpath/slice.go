package fastpath

import (
	"reflect"
	"strings"
)

// arrayInto reads the array whose bracket stands before i into a slice.
func (s *scan[T]) arrayInto(l *list, i int, to *slot, v reflect.Value) int {
	i = s.space(i)
	if s.at(i, "]") {
		v.Set(to.empty)
		return s.closed(l, 0, i)
	}
	if to.elem == nil { // every item is doubted
		return doubt
	}
	room := s.room(l, i, to)
	if to.strings && !l.items.null {
		return s.words(l, i, v.Addr().Interface().(*[]string), room)
	}
	v.Grow(room)
	for count := 1; ; count++ {
		if count > v.Cap() {
			v.Grow(1)
		}
		v.SetLen(count)
		if i = s.value(l.items, i, to.elem, v.Index(count-1)); i < 0 {
			return doubt
		}
		if i = s.space(i); i >= len(s.text) {
			return doubt
		}
		switch s.text[i] {
		case ',':
			i = s.space(i + 1)
		case ']':
			return s.closed(l, count, i)
		default:
			return doubt
		}
	}
}

// words reads the items at i into a []string, which needs no reflection.
func (s *scan[T]) words(l *list, i int, into *[]string, room int) int {
	list := make([]string, 0, room)
	for {
		if !s.at(i, `"`) {
			return doubt
		}
		start := i + 1
		if i = s.string(l.items.text, i, true); i < 0 {
			return doubt
		}
		list = append(list, string(s.text[start:i-1]))
		if i = s.space(i); i >= len(s.text) {
			return doubt
		}
		switch s.text[i] {
		case ',':
			i = s.space(i + 1)
		case ']':
			*into = list
			return s.closed(l, len(list), i)
		default:
			return doubt
		}
	}
}

// room guesses how many items follow at i, so that most arrays are made once. It
// counts commas up to what looks like the end, in an amount of text that stays in
// proportion to the whole over all arrays, and never makes more room than the
// shortest items could fill.
func (s *scan[T]) room(l *list, i int, to *slot) int {
	const some = 4
	rest := string(s.text[i:min(len(s.text), i+s.ahead)])
	end := closing(rest, before(l.items))
	s.ahead -= end
	count := min(strings.Count(rest[:end], ",")+1, end/(l.items.least()+1)+1, l.max)
	if size := int(to.elem.typ.Size()); size > 16 {
		count = min(count, end*16/size+some)
	}
	return max(count, 1)
}

// closing returns the place of the bracket that seems to close an array, or all
// the text.
func closing(text string, before byte) int {
	for i := 0; ; i++ {
		next := strings.IndexByte(text[i:], ']')
		if next < 0 {
			return len(text)
		}
		if i += next; before == 0 || i > 0 && text[i-1] == before {
			return i
		}
	}
}

// before is the byte at the end of an item, 0 where there may be several: a
// bracket after another byte is one in a string, or in an item.
func before(items *node) byte {
	switch {
	case items.number != nil || items.yes || items.no || items.null:
		return 0
	case items.text != nil:
		return '"'
	case items.object != nil:
		return '}'
	default:
		return ']'
	}
}
