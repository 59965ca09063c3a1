package fastpath

import "reflect"

// A list is what a schema asks of arrays.
type list struct {
	items    *node
	min, max int
}

// array reads the array whose bracket stands before i.
func (s *scan[T]) array(l *list, i int, to *slot, v reflect.Value) int {
	if to != nil {
		return s.arrayInto(l, i, to, v)
	}
	if i = s.space(i); s.at(i, "]") {
		return s.closed(l, 0, i)
	}
	for count := 1; ; count++ {
		if i = s.value(l.items, i, nil, noValue); i < 0 {
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

// closed returns the place after the bracket at i that closes an array of count
// items.
func (s *scan[T]) closed(l *list, count, i int) int {
	if count < l.min || count > l.max {
		return doubt
	}
	return i + 1
}
