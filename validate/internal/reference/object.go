package reference

import (
	"cmp"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// An objectRule is what a schema requires of objects.
type objectRule struct {
	min, max     int
	members      map[string]*Schema
	hasForbidden bool    // a member is forbidden in this direction
	closed       bool    // undeclared members are not allowed
	additional   *Schema // of undeclared members; nil: anything
	required     []string
	requiredAt   map[string]int // indexes in required
}

func (c *Compiler) object(from *openapi3.Schema) objectRule {
	r := objectRule{
		min: fastpath.MinBound(from.MinProps), max: fastpath.MaxBound(from.MaxProps),
		members:    make(map[string]*Schema, len(from.Properties)),
		closed:     from.AdditionalProperties.Has != nil && !*from.AdditionalProperties.Has,
		additional: c.ref(from.AdditionalProperties.Schema),
		requiredAt: make(map[string]int, len(from.Required)),
	}
	for name, ref := range from.Properties {
		member := c.ref(ref)
		r.members[name] = member
		r.hasForbidden = r.hasForbidden || member.forbidden != ""
	}
	for _, name := range from.Required {
		if _, duplicate := r.requiredAt[name]; !duplicate {
			r.requiredAt[name] = len(r.required)
			r.required = append(r.required, name)
		}
	}
	return r
}

// checkObject checks the object at i.
func (c *checker) checkObject(s *Schema, i int) (end int, ok bool) {
	r := &s.object

	// readOnly, writeOnly --
	if ok = !r.hasForbidden || c.checkForbidden(r, i); !ok && c.done() {
		return unknownEnd, false
	}

	// minProperties, maxProperties --
	if r.min > 0 || r.max < math.MaxInt {
		n := c.count(i, max(r.min, r.max+1))
		if n < r.min {
			c.report("minProperties", fmt.Errorf("there must be at least %d properties", r.min))
			ok = false
		}
		if n > r.max {
			c.report("maxProperties", fmt.Errorf("there must be at most %d properties", r.max))
			ok = false
		}
		if !ok && c.done() {
			return unknownEnd, false
		}
	}

	// properties, additionalProperties --
	if len(r.members) == 0 && !r.closed && r.additional == nil && len(r.required) == 0 {
		return unknownEnd, ok
	}
	start := len(c.present)
	c.present = append(c.present, make([]bool, len(r.required))...)
	end, membersOK := c.checkMembers(r, start, i)

	// required --
	if membersOK || !c.done() {
		membersOK = c.checkRequired(s, start) && membersOK
	}
	c.present = c.present[:start]
	return end, ok && membersOK
}

// checkMembers checks the members of the object at i. It marks the required ones
// in present, from start on.
func (c *checker) checkMembers(r *objectRule, start, i int) (end int, ok bool) {
	ok, end = true, unknownEnd
	before := len(c.findings)
	for at := c.first(i); at >= 0; {
		name, v := c.nameAt(at)
		if k, ok := r.requiredAt[name]; ok {
			c.present[start+k] = true
		}
		s, declared := r.members[name]
		memberOK := true
		end = unknownEnd
		switch {
		case !declared && r.closed:
			memberOK = false
			if c.reportMember(name, "additionalProperties", nil); len(c.findings) > before {
				c.findings[len(c.findings)-1].undeclared = true
			}
		case declared || r.additional != nil:
			if !declared {
				s = r.additional
			}
			c.path = append(c.path, jsontoken.Member(name))
			end, memberOK = c.checkChild(s, v)
			c.path = c.path[:len(c.path)-1]
		}
		if ok = ok && memberOK; !memberOK && c.done() {
			return unknownEnd, false
		}
		at, end = c.next(v, end)
	}
	c.sort(c.findings[before:])
	return end, ok
}

// sort puts the findings in the members of the current object into kin-openapi's
// order: by name, with all undeclared members in the place of the first of them.
func (c *checker) sort(list []finding) {
	if len(list) < 2 {
		return
	}
	depth := len(c.path)
	name := func(f finding) string { return f.path[depth].Name }
	undeclared := func(f finding) bool { return f.undeclared && len(f.path) == depth+1 }
	first := ""
	for _, f := range list {
		if undeclared(f) && (first == "" || name(f) < first) {
			first = name(f)
		}
	}
	place := func(f finding) string {
		if undeclared(f) {
			return first
		}
		return name(f)
	}
	slices.SortStableFunc(list, func(a, b finding) int {
		return cmp.Or(cmp.Compare(place(a), place(b)), cmp.Compare(name(a), name(b)))
	})
}

// checkForbidden reports the members that are forbidden in this direction, unless
// they are null.
func (c *checker) checkForbidden(r *objectRule, i int) (ok bool) {
	ok = true
	before := len(c.findings)
	for at := c.first(i); at >= 0; {
		name, v := c.nameAt(at)
		if s := r.members[name]; s != nil && s.forbidden != "" && c.text[v] != 'n' {
			ok = false
			if c.reportMember(name, s.forbidden, errors.New("the member is allowed only in the other direction")); c.done() {
				return false
			}
		}
		at, _ = c.next(v, unknownEnd)
	}
	c.sort(c.findings[before:])
	return ok
}

// checkRequired reports the required members that are not present.
func (c *checker) checkRequired(s *Schema, start int) (ok bool) {
	ok = true
	for k, name := range s.object.required {
		if !c.present[start+k] && !c.isNotRequired(s, name) {
			ok = false
			if c.reportMember(name, "required", fmt.Errorf("property %q is missing", name)); c.done() {
				return false
			}
		}
	}
	return ok
}

// isNotRequired reports whether a schema that checks the current value forbids
// the member in this direction.
func (c *checker) isNotRequired(s *Schema, name string) bool {
	return s.notRequired[name] || slices.ContainsFunc(c.schemas[c.base:], func(one *Schema) bool { return one.notRequired[name] })
}
