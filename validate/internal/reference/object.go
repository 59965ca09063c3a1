package reference

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"
)

// An object is what a schema asks of objects.
type object struct {
	min, max int
	members  map[string]*Schema
	oneWay   bool // a member has no place in this direction
	closed   bool // there are no others
	others   *Schema
	required []string
	place    map[string]int // in required
}

func (o *object) require(names []string) {
	o.place = make(map[string]int, len(names))
	for _, name := range names {
		if _, twice := o.place[name]; !twice {
			o.place[name] = len(o.required)
			o.required = append(o.required, name)
		}
	}
}

// object judges the object at i, its bounds first.
func (r *run) object(s *Schema, i int) (end int, ok bool) {
	o := &s.object
	if ok = !o.oneWay || r.goesThisWay(o, i); !ok && r.stopped() {
		return unknown, false
	}
	if o.min > 0 || o.max < math.MaxInt {
		n := r.count(i, max(o.min, o.max+1))
		if n < o.min {
			r.fail("minProperties", fmt.Errorf("there must be at least %d properties", o.min))
			ok = false
		}
		if n > o.max {
			r.fail("maxProperties", fmt.Errorf("there must be at most %d properties", o.max))
			ok = false
		}
		if !ok && r.stopped() {
			return unknown, false
		}
	}
	if len(o.members) == 0 && !o.closed && o.others == nil && len(o.required) == 0 {
		return unknown, ok
	}
	start := len(r.there)
	r.there = append(r.there, make([]bool, len(o.required))...)
	end, good := r.members(o, start, i)
	if good || !r.stopped() {
		good = r.hasRequired(s, start) && good
	}
	r.there = r.there[:start]
	return end, ok && good
}

// members judges the members of the object at i, and marks in there, from start
// on, which of the required ones it has.
func (r *run) members(o *object, start, i int) (end int, ok bool) {
	ok = true
	end = unknown
	before := len(r.found)
	for at := r.first(i); at >= 0; {
		name, v := r.named(at)
		if k, ok := o.place[name]; ok {
			r.there[start+k] = true
		}
		s, declared := o.members[name]
		good := true
		end = unknown
		switch {
		case !declared && o.closed:
			good = false
			if r.failAt(name, "additionalProperties", nil); len(r.found) > before {
				r.found[len(r.found)-1].undeclared = true
			}
		case declared || o.others != nil:
			if !declared {
				s = o.others
			}
			r.path = append(r.path, step{name, -1})
			end, good = r.child(s, v)
			r.path = r.path[:len(r.path)-1]
		}
		if !good {
			if ok = false; r.stopped() {
				return unknown, false
			}
		}
		at, end = r.following(v, end)
	}
	r.sort(r.found[before:])
	return end, ok
}

// sort puts what was found in the members of one object in kin-openapi's order:
// by name, those that are not declared together.
func (r *run) sort(list []found) {
	if len(list) < 2 {
		return
	}
	depth := len(r.path)
	name := func(f found) string { return f.path[depth].name }
	undeclared := func(f found) bool { return f.undeclared && len(f.path) == depth+1 }
	first := ""
	for _, f := range list {
		if undeclared(f) && (first == "" || name(f) < first) {
			first = name(f)
		}
	}
	place := func(f found) string {
		if undeclared(f) {
			return first
		}
		return name(f)
	}
	slices.SortStableFunc(list, func(a, b found) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(name(a), name(b)))
	})
}

// goesThisWay refuses the members, but for null, that have no place in this
// direction.
func (r *run) goesThisWay(o *object, i int) (ok bool) {
	ok = true
	before := len(r.found)
	for at := r.first(i); at >= 0; {
		name, v := r.named(at)
		if s := o.members[name]; s != nil && s.wrongWay != "" && r.text[v] != 'n' {
			ok = false
			if r.failAt(name, s.wrongWay, errors.New("the member goes the other way alone")); r.stopped() {
				return false
			}
		}
		at, _ = r.following(v, unknown)
	}
	r.sort(r.found[before:])
	return ok
}

// hasRequired refuses an object in which required members are missing.
func (r *run) hasRequired(s *Schema, start int) (ok bool) {
	ok = true
	for k, name := range s.object.required {
		if !r.there[start+k] && !r.isSkipped(s, name) {
			ok = false
			if r.failAt(name, "required", fmt.Errorf("property %q is missing", name)); r.stopped() {
				return false
			}
		}
	}
	return ok
}

// isSkipped tells whether one of the schemas that look at this value declares
// the member for the other direction alone.
func (r *run) isSkipped(s *Schema, name string) bool {
	return s.skipped[name] || slices.ContainsFunc(r.visiting[r.base:], func(one *Schema) bool { return one.skipped[name] })
}
