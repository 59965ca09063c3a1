package reference

import (
	"errors"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// alternatives are the schemas of a oneOf or an anyOf.
type alternatives struct {
	schemas       []*Schema
	refs          []string // how a discriminator names each
	discriminator *discriminator
}

type discriminator struct {
	property string
	refs     map[string]string // by the property's value; empty: every alternative is tried
}

func (c *Compiler) alternatives(from *openapi3.Schema, refs openapi3.SchemaRefs) *alternatives {
	if len(refs) == 0 {
		return nil
	}
	a := &alternatives{}
	for _, ref := range refs {
		a.schemas, a.refs = append(a.schemas, c.ref(ref)), append(a.refs, ref.Ref)
	}
	if d := from.Discriminator; d != nil {
		a.discriminator = &discriminator{d.PropertyName, map[string]string{}}
		for value, ref := range d.Mapping {
			a.discriminator.refs[value] = mappedRef(ref.Ref)
		}
	}
	return a
}

// mappedRef returns the reference that a discriminator's mapping stands for. The
// mapping may give the name of a schema alone.
func mappedRef(ref string) string {
	if ref != "" && !strings.Contains(ref, "/") {
		return "#/components/schemas/" + ref
	}
	return ref
}

// checkCombined checks the keywords that apply other schemas to the value at i.
func (c *checker) checkCombined(s *Schema, i int) (end int, ok bool) {
	end = unknownEnd

	// oneOf --
	if s.oneOf != nil {
		after, ok := c.checkOneOf(s.oneOf, i)
		if end = max(end, after); !ok {
			return end, false
		}
	}

	// anyOf --
	if s.anyOf != nil {
		after, ok := c.checkAnyOf(s.anyOf, i)
		if end = max(end, after); !ok {
			return end, false
		}
	}

	// allOf --
	ok = true
	for _, part := range s.allOf {
		after, partOK := c.check(part, i)
		end = max(end, after)
		if ok = ok && partOK; !ok && c.done() {
			return end, false
		}
	}
	return end, ok
}

func (c *checker) checkOneOf(a *alternatives, i int) (end int, ok bool) {
	ref, ok := c.selected(a, i)
	if !ok {
		return unknownEnd, false
	}
	end = unknownEnd
	tried, matching := 0, 0
	var last *Schema
	for k, s := range a.schemas {
		if ref != "" && ref != a.refs[k] {
			continue
		}
		tried, last = tried+1, s
		if after, ok := c.try(s, i); ok {
			matching++
			end = max(end, after)
		}
	}
	switch {
	case c.err != nil:
		return end, false
	case matching == 1:
		return end, true
	case matching > 1:
		c.report("oneOf", errors.New(`value matches more than one schema from "oneOf"`))
	case tried == 1 && c.trials == 0: // report what the only alternative finds
		c.check(last, i)
	default:
		c.report("oneOf", errors.New(`value doesn't match any schema from "oneOf"`))
	}
	return end, false
}

func (c *checker) checkAnyOf(a *alternatives, i int) (end int, ok bool) {
	ref, ok := c.selected(a, i)
	if !ok {
		return unknownEnd, false
	}
	for k, s := range a.schemas {
		if ref != "" && ref != a.refs[k] {
			continue
		}
		if end, ok = c.try(s, i); ok {
			return end, true
		}
	}
	c.report("anyOf", errors.New(`doesn't match any schema from "anyOf"`))
	return unknownEnd, false
}

// selected returns the alternative that the discriminator selects for the object
// at i, or "" for all of them. ok is false if the object breaks the discriminator.
func (c *checker) selected(a *alternatives, i int) (ref string, ok bool) {
	if a.discriminator == nil || c.text[i] != '{' {
		return "", true
	}
	at := c.findMember(i, a.discriminator.property)
	if at < 0 {
		c.report("discriminator", errors.New("input does not contain the discriminator property"))
		return "", false
	}
	if c.text[at] != '"' {
		c.report("discriminator", errors.New("value of discriminator property is not a string"))
		return "", false
	}
	ref, known := a.discriminator.refs[c.decode(at, c.stringEnd(at))]
	if !known && len(a.discriminator.refs) > 0 {
		c.report("discriminator", errors.New("discriminator property has invalid value"))
		return "", false
	}
	return ref, true
}
