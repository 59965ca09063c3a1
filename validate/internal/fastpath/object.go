package fastpath

import "reflect"

// maxMembers is how many bits mark the members that were there.
const maxMembers = 64

// An object is what a schema asks of objects.
type object struct {
	members  []member // sorted by name
	required uint64   // by member
	others   *node    // members that are not declared; nil: there may be none
	min, max int
	index    index
}

type member struct {
	name, quoted string
	node         *node
}

// object reads the object whose brace stands before i.
func (s *scan[T]) object(o *object, i int, to *slot, v reflect.Value) int {
	var seen uint64
	count, expected := 0, 0
	unknown := unknowns{first: s.names.count}
	if i = s.space(i); s.at(i, "}") {
		return s.complete(o, 0, 0, i)
	}
	for {
		count++
		which := expected
		if expected < len(o.members) && s.at(i, o.members[expected].quoted) {
			i += len(o.members[expected].quoted)
		} else {
			end := s.name(i)
			if end < 0 {
				return doubt
			}
			if which = find(&o.index, s.text[i+1:end-1]); which < 0 && !s.fresh(o, &unknown, i+1, end-1) {
				return doubt
			}
			i = end
		}
		if i = s.colon(i); i < 0 {
			return doubt
		}
		if which < 0 {
			i = s.value(o.others, i, nil, noValue)
		} else {
			bit := uint64(1) << which
			if seen&bit != 0 {
				return doubt
			}
			seen, expected = seen|bit, which+1
			if to == nil {
				i = s.value(o.members[which].node, i, nil, noValue)
			} else {
				into, field := to.field(v, which)
				i = s.value(o.members[which].node, i, into, field)
			}
		}
		if i < 0 {
			return doubt
		}
		if i = s.space(i); i >= len(s.text) {
			return doubt
		}
		switch s.text[i] {
		case ',':
			i = s.space(i + 1)
		case '}':
			s.names.count = unknown.first
			return s.complete(o, seen, count, i)
		default:
			return doubt
		}
	}
}

// complete returns the place after the brace at i that closes an object.
func (s *scan[T]) complete(o *object, seen uint64, count, i int) int {
	if seen&o.required != o.required || count < o.min || count > o.max {
		return doubt
	}
	return i + 1
}

// name reads a member's name at i: without escapes, for then it is its bytes.
func (s *scan[T]) name(i int) int {
	if i >= len(s.text) || s.text[i] != '"' {
		return doubt
	}
	j := i + 1
	for j < len(s.text) && ordinary[s.text[j]] {
		j++
	}
	if j < len(s.text) && s.text[j] == '"' {
		return j + 1
	}
	end, _, escaped := s.quoted(i)
	if escaped {
		return doubt
	}
	return end
}

// colon returns the place of the value after a name that ends at i.
func (s *scan[T]) colon(i int) int {
	if i = s.space(i); i >= len(s.text) || s.text[i] != ':' {
		return doubt
	}
	return s.space(i + 1)
}
