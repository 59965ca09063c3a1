package reference

import (
	"errors"

	"github.com/getkin/kin-openapi/openapi3"
)

// A choice is a oneOf or an anyOf.
type choice struct {
	schemas []*Schema
	refs    []string // as the discriminator names them
	by      *discriminator
}

type discriminator struct {
	property string
	refs     map[string]string // by the property's value; empty: all alternatives are asked
}

func (c *Compiler) choice(from *openapi3.Schema, list openapi3.SchemaRefs) *choice {
	if len(list) == 0 {
		return nil
	}
	made := &choice{}
	for _, ref := range list {
		made.schemas, made.refs = append(made.schemas, c.ref(ref)), append(made.refs, ref.Ref)
	}
	if d := from.Discriminator; d != nil {
		made.by = &discriminator{d.PropertyName, map[string]string{}}
		for value, ref := range d.Mapping {
			made.by.refs[value] = refOf(ref.Ref)
		}
	}
	return made
}

// combined judges the value at i by the keywords that hold schemas for the same
// value.
func (r *run) combined(s *Schema, i int) (end int, ok bool) {
	end = unknown
	if s.oneOf != nil {
		after, ok := r.oneOf(s.oneOf, i)
		if end = max(end, after); !ok {
			return end, false
		}
	}
	if s.anyOf != nil {
		after, ok := r.anyOf(s.anyOf, i)
		if end = max(end, after); !ok {
			return end, false
		}
	}
	ok = true
	for _, part := range s.allOf {
		after, good := r.visit(part, i)
		end = max(end, after)
		if ok = ok && good; !ok && r.stopped() {
			return end, false
		}
	}
	return end, ok
}

func (r *run) oneOf(c *choice, i int) (end int, ok bool) {
	ref, ok := r.chosen(c, i)
	if !ok {
		return unknown, false
	}
	end = unknown
	asked, matching := 0, 0
	var last *Schema
	for k, s := range c.schemas {
		if ref != "" && ref != c.refs[k] {
			continue
		}
		asked, last = asked+1, s
		if after, ok := r.accepts(s, i); ok {
			matching++
			end = max(end, after)
		}
	}
	switch {
	case r.err != nil:
		return end, false
	case matching == 1:
		return end, true
	case matching > 1:
		r.fail("oneOf", errors.New(`value matches more than one schema from "oneOf"`))
	case asked == 1 && r.quiet == 0: // it says more than that it failed
		r.visit(last, i)
	default:
		r.fail("oneOf", errors.New(`value doesn't match any schema from "oneOf"`))
	}
	return end, false
}

func (r *run) anyOf(c *choice, i int) (end int, ok bool) {
	ref, ok := r.chosen(c, i)
	if !ok {
		return unknown, false
	}
	for k, s := range c.schemas {
		if ref != "" && ref != c.refs[k] {
			continue
		}
		if end, ok = r.accepts(s, i); ok {
			return end, true
		}
	}
	r.fail("anyOf", errors.New(`doesn't match any schema from "anyOf"`))
	return unknown, false
}

// chosen returns the alternative that the object at i names, empty for all; ok is
// false where the discriminator refuses the object.
func (r *run) chosen(c *choice, i int) (ref string, ok bool) {
	if c.by == nil || r.text[i] != '{' {
		return "", true
	}
	at := r.member(i, c.by.property)
	if at < 0 {
		r.fail("discriminator", errors.New("input does not contain the discriminator property"))
		return "", false
	}
	if r.text[at] != '"' {
		r.fail("discriminator", errors.New("value of discriminator property is not a string"))
		return "", false
	}
	ref, known := c.by.refs[r.decoded(at, r.quoted(at))]
	if !known && len(c.by.refs) > 0 {
		r.fail("discriminator", errors.New("discriminator property has invalid value"))
		return "", false
	}
	return ref, true
}
