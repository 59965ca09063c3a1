package fastpath

import "reflect"

// maxMembers is how many members the bits of a uint64 can mark.
const maxMembers = 64

// An objectRule is what a schema requires of objects.
type objectRule struct {
	members    []member // sorted by name
	required   uint64   // a bit for each member
	additional *node    // of undeclared members; nil: there may be none
	min, max   int
	index      index
}

type member struct {
	name, quoted string
	node         *node
	forbidden    bool // in this direction
}

// object reads the object whose opening brace stands before i. It fills the
// struct v unless to is nil.
func (s *scanner[T]) object(r *objectRule, i int, to *target, v reflect.Value) int {
	var seen uint64
	count, expected := 0, 0
	unknown := unknownNames{first: s.unknown.count}
	if i = s.space(i); s.hasAt(i, "}") {
		return s.closeObject(r, 0, 0, i)
	}
	for {
		count++
		which := expected
		if expected < len(r.members) && s.hasAt(i, r.members[expected].quoted) {
			i += len(r.members[expected].quoted)
		} else {
			end := s.name(i)
			if end < 0 {
				return fallback
			}
			if which = find(&r.index, s.text[i+1:end-1]); which < 0 && !s.addUnknown(r, &unknown, i+1, end-1) {
				return fallback
			}
			i = end
		}
		if i = s.colon(i); i < 0 {
			return fallback
		}
		if which < 0 {
			i = s.value(r.additional, i, nil, noValue)
		} else {
			bit := uint64(1) << which
			if seen&bit != 0 {
				return fallback
			}
			seen, expected = seen|bit, which+1
			if to == nil {
				i = s.value(r.members[which].node, i, nil, noValue)
			} else {
				memberTo, field := to.field(v, which)
				i = s.value(r.members[which].node, i, memberTo, field)
			}
		}
		if i < 0 {
			return fallback
		}
		if i = s.space(i); i >= len(s.text) {
			return fallback
		}
		switch s.text[i] {
		case ',':
			i = s.space(i + 1)
		case '}':
			s.unknown.count = unknown.first
			return s.closeObject(r, seen, count, i)
		default:
			return fallback
		}
	}
}

// closeObject returns the offset after the closing brace at i of an object with
// count members, among them the declared ones in seen.
func (s *scanner[T]) closeObject(r *objectRule, seen uint64, count, i int) int {
	if seen&r.required != r.required || count < r.min || count > r.max {
		return fallback
	}
	return i + 1
}

// name reads the name of a member at i. A name with escapes falls back.
func (s *scanner[T]) name(i int) int {
	if i >= len(s.text) || s.text[i] != '"' {
		return fallback
	}
	j := i + 1
	for j < len(s.text) && isPlain[s.text[j]] {
		j++
	}
	if j < len(s.text) && s.text[j] == '"' {
		return j + 1
	}
	end, _, escaped := s.quoted(i)
	if escaped {
		return fallback
	}
	return end
}

// colon returns the offset of the value after a name that ends at i.
func (s *scanner[T]) colon(i int) int {
	if i = s.space(i); i >= len(s.text) || s.text[i] != ':' {
		return fallback
	}
	return s.space(i + 1)
}
