package fastpath

import (
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// compileString returns nil if every string needs kin-openapi.
func compileString(s *openapi3.Schema) *stringRule {
	// minLength, maxLength --
	r := &stringRule{min: MinBound(s.MinLength), max: MaxBound(s.MaxLength)}

	// enum --
	if len(s.Enum) > 0 {
		r.enum = newEnumSet(s.Enum)
	}

	// pattern --
	if s.Pattern != "" {
		p := compilePattern(s.Pattern)
		if p == nil || !p.matchesReference(s.Pattern) {
			return nil
		}
		r.patterns = append(r.patterns, p)
	}

	// format --
	if s.Format != "" && !r.addFormat(s.Format) {
		return nil
	}
	return r
}

// compileNumber returns nil if every number needs kin-openapi.
func compileNumber(s *openapi3.Schema) *numberRule {
	r := newNumberRule()

	// type --
	r.integer = s.Type.Is(openapi3.TypeInteger)

	// minimum, exclusiveMinimum --
	if s.Min != nil {
		r.min, r.exclusiveMin = *s.Min, s.ExclusiveMin.Bool != nil && *s.ExclusiveMin.Bool
	}

	// maximum, exclusiveMaximum --
	if s.Max != nil {
		r.max, r.exclusiveMax = *s.Max, s.ExclusiveMax.Bool != nil && *s.ExclusiveMax.Bool
	}

	// multipleOf --
	if m := s.MultipleOf; m != nil {
		if *m < 1 || *m > jsontoken.MaxExact || *m != math.Trunc(*m) { // kin-openapi tolerates an error for fractions
			return nil
		}
		r.multipleOf = int64(*m)
	}

	// enum --
	if len(s.Enum) > 0 {
		r.enum = []float64{}
		for _, v := range s.Enum {
			if f, ok := EnumNumber(v); ok {
				r.enum = append(r.enum, f)
			}
		}
	}

	// format --
	r.int64 = s.Format == "int64"
	if s.Format != "" && !r.addFormat(s.Format) {
		return nil
	}

	r.unconstrained = s.Min == nil && s.Max == nil && r.multipleOf == 0 && r.enum == nil && math.IsInf(r.formatMax, 1)
	return r
}

// array returns nil if every array needs kin-openapi.
func (c *compiler) array(s *openapi3.Schema) *arrayRule {
	// uniqueItems --
	if s.UniqueItems { // a program may replace how kin-openapi compares items
		return nil
	}

	// minItems, maxItems --
	r := &arrayRule{items: anyValue, min: MinBound(s.MinItems), max: MaxBound(s.MaxItems)}

	// items --
	if s.Items != nil {
		r.items = c.ref(s.Items)
	}
	return r
}

// object returns nil if every object needs kin-openapi.
func (c *compiler) object(s *openapi3.Schema) *objectRule {
	// minProperties, maxProperties --
	r := &objectRule{min: MinBound(s.MinProps), max: MaxBound(s.MaxProps)}

	// additionalProperties --
	switch a := s.AdditionalProperties; {
	case a.Schema != nil:
		r.additional = c.ref(a.Schema)
	case a.Has == nil || *a.Has:
		r.additional = anyValue
	}

	// properties, required --
	names := memberNames(s)
	if len(names) > maxMembers || slices.ContainsFunc(names, needsEscape) {
		return nil
	}
	for i, name := range names {
		m, ok := c.member(s, r, name)
		if !ok {
			return nil
		}
		if slices.Contains(s.Required, name) && !m.forbidden {
			r.required |= 1 << i
		}
		r.members = append(r.members, m)
	}
	r.index = newIndex(r.members)
	return r
}

// memberNames returns the names of the declared members and of the required
// ones, sorted. encoding/json sorts the members of a map, and oapi-codegen the
// fields of a struct.
func memberNames(s *openapi3.Schema) []string {
	names := slices.Concat(slices.Collect(maps.Keys(s.Properties)), s.Required)
	slices.Sort(names)
	return slices.Compact(names)
}

// member returns ok false if an object with a member of this name needs
// kin-openapi.
func (c *compiler) member(s *openapi3.Schema, r *objectRule, name string) (m member, ok bool) {
	m = member{name: name, quoted: `"` + name + `"`}
	ref, declared := s.Properties[name]
	switch {
	case !declared && (r.additional == nil || foldsWithDeclared(name, s.Properties)):
		return m, false
	case !declared: // it is required, and an additional member
		m.node = r.additional
	// readOnly, writeOnly --
	case ref != nil && ref.Value != nil && c.direction.Forbids(ref.Value) != "":
		m.node, m.forbidden = &node{}, true
	default:
		m.node = c.ref(ref)
	}
	return m, true
}

// needsEscape reports whether a JSON text cannot contain the name as it is.
func needsEscape(name string) bool {
	return !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' })
}

// MinBound returns the value of minLength, minItems or minProperties.
func MinBound(n uint64) int { return int(min(n, math.MaxInt)) }

// MaxBound returns the value of maxLength, maxItems or maxProperties as
// kin-openapi uses it: a bound beyond the range of int64 is negative there.
func MaxBound(n *uint64) int {
	switch {
	case n == nil:
		return math.MaxInt
	case *n > math.MaxInt64:
		return -1
	default:
		return MinBound(*n)
	}
}

// EnumNumber returns a number of an enum as kin-openapi compares it. ok is false
// for a value that is not a number.
func EnumNumber(v any) (f float64, ok bool) {
	switch v := v.(type) {
	case float64:
		return v, true
	case json.Number:
		f, err := v.Float64()
		return f, err == nil
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case uint64:
		return float64(v), true
	}
	return 0, false
}
