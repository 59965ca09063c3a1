package reference

import (
	"errors"
	"slices"
)

// child judges an item or a member at i. end is the place after it, or unknown.
func (r *run) child(s *Schema, i int) (end int, ok bool) {
	container := r.text[i] == '{' || r.text[i] == '['
	if container {
		if end, ok, known := r.memo.get(s, i, r.quiet > 0); known {
			return end, ok
		}
	}
	base := r.base
	r.base = len(r.visiting)
	end, ok = r.visit(s, i)
	r.base = base
	if container && r.err == nil {
		r.memo.put(s, i, end, ok, r.quiet == 0)
	}
	return end, ok
}

// accepts judges the value at i without telling what is wrong.
func (r *run) accepts(s *Schema, i int) (end int, ok bool) {
	r.quiet++
	end, ok = r.visit(s, i)
	r.quiet--
	return end, ok
}

// visit judges the value at i. As kin-openapi does, a schema does not look at a
// value again that it is looking at.
func (r *run) visit(s *Schema, i int) (end int, ok bool) {
	if r.err != nil {
		return unknown, false
	}
	if slices.Contains(r.visiting[r.base:], s) {
		return unknown, true
	}
	r.spend(16) // or a schema of many parts would cost nothing
	depth := len(r.visiting)
	r.visiting = append(r.visiting, s)
	end, ok = r.judge(s, i)
	r.visiting = r.visiting[:depth]
	return end, ok && r.err == nil
}

func (r *run) judge(s *Schema, i int) (end int, ok bool) {
	end = unknown
	null := r.text[i] == 'n'
	switch {
	case null && s.null, !null && s.empty:
		return unknown, true
	case s.empty:
		return r.nullable()
	}
	if s.not != nil {
		if _, ok := r.accepts(s.not, i); ok {
			r.fail("not", nil)
			return unknown, false
		}
	}
	combined := s.oneOf != nil || s.anyOf != nil || len(s.allOf) > 0
	if combined {
		if end, ok = r.combined(s, i); !ok || null {
			return end, ok
		}
	}
	if s.enum != nil && !s.enum.has(r, i) {
		r.fail("enum", s.enum.reason())
		return unknown, false
	}
	after, ok := r.value(s, i)
	return max(end, after), ok // unknown is less
}

func (r *run) nullable() (end int, ok bool) {
	//lint:ignore ST1005 the words are kin-openapi's, so that both judges say the same
	r.fail("nullable", errors.New("Value is not nullable"))
	return unknown, false
}

// value judges what depends on the kind of the value at i.
func (r *run) value(s *Schema, i int) (end int, ok bool) {
	kind := booleans
	switch r.text[i] {
	case 'n':
		return r.nullable()
	case 't', 'f':
	case '"':
		kind = texts
	case '[':
		kind = arrays
	case '{':
		kind = objects
	default:
		kind = numbers
	}
	if s.kinds&kind == 0 {
		r.fail("type", errors.New("value must be "+s.types))
		return unknown, false
	}
	switch kind {
	case texts:
		return r.textual(&s.scalar, i)
	case numbers:
		return r.numeric(&s.scalar, i)
	case arrays:
		return r.array(&s.array, i)
	case objects:
		return r.object(s, i)
	default:
		return unknown, true
	}
}
