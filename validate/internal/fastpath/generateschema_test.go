package fastpath_test

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// patterns have examples that match, among which those of formats, too.
var patterns = map[string][]string{
	`^[A-Za-z0-9_-]{1,8}$`:     {"a", "node_1-x", "ZZ9"},
	`^([0-9]{1,3}\.){3}[0-9]+`: {"10.0.0.1", "1.2.3.4:99"},
	`[0-9]+`:                   {"7", "a12b", "é3"},
	`^[^<>]*$`:                 {"", "plain", "größer", "a b"},
	`(?i)^(on|off)$`:           {"on", "OFF"},
	`\bword\b`:                 {"word", "a word here"},
	`^$|^x+y?$`:                {"", "xx", "xy"},
	`.`:                        {"x", "1"},
	`\u0041$`:                  {"A", "bA"},
}

var formats = map[string][]string{
	"date":      {"2024-02-29", "1999-12-31", "2000-02-29"},
	"date-time": {"2024-02-29T23:59:60Z", "2023-01-31T00:00:00.123+01:00"},
	"byte":      {"", "aGVsbG8=", "_-+/"},
	"email":     {"a@b", "not one"},
	"uuid":      {"of any form"},
}

var memberNames = []string{"a", "b", "id", "name", "count", "flag", "items", "Name", "émile", "k", "with space", "zz"}

func (g *generator) schema(depth int) *openapi3.Schema {
	s := &openapi3.Schema{Nullable: g.chance(15)}
	if g.chance(4) {
		g.odd(s)
	}
	kinds := []string{"string", "string", "integer", "number", "boolean"}
	if depth > 0 {
		kinds = append(kinds, "object", "object", "object", "array", "array")
	}
	kind := pick(g, kinds...)
	if !g.chance(8) {
		s.Type = &openapi3.Types{kind}
	}
	switch kind {
	case "string":
		g.stringSchema(s)
	case "integer", "number":
		g.numberSchema(s, kind)
	case "boolean":
		if g.chance(20) {
			s.Enum = []any{true}
		}
	case "array":
		g.arraySchema(s, depth)
	case "object":
		g.objectSchema(s, depth)
		if g.chance(10) {
			return g.allOf(s, depth)
		}
	}
	return s
}

// odd adds what always doubts.
func (g *generator) odd(s *openapi3.Schema) {
	g.covered = false
	switch g.IntN(5) {
	case 0:
		s.OneOf = openapi3.SchemaRefs{{Value: &openapi3.Schema{Type: &openapi3.Types{"string"}}}, {Value: &openapi3.Schema{Type: &openapi3.Types{"integer"}}}}
	case 1:
		s.AnyOf = openapi3.SchemaRefs{{Value: &openapi3.Schema{MinLength: 3}}}
	case 2:
		s.Not = &openapi3.SchemaRef{Value: &openapi3.Schema{Type: &openapi3.Types{"string"}, Enum: []any{"a", "on"}}}
	case 3:
		s.UniqueItems = true
	case 4:
		s.MultipleOf = ptr(0.1)
	}
}

func (g *generator) stringSchema(s *openapi3.Schema) {
	switch g.IntN(6) {
	case 0:
		s.Enum = []any{"red", "grün", "on", "a\"b"}
		if g.chance(30) {
			s.Enum = []any{"only"}
		}
	case 1, 2:
		s.Pattern = pick(g, slices.Sorted(maps.Keys(patterns))...)
	case 3:
		s.Format = pick(g, slices.Sorted(maps.Keys(formats))...)
	}
	if g.chance(30) {
		s.MinLength = uint64(g.IntN(4))
		s.MaxLength = ptr(s.MinLength + uint64(g.IntN(20)))
	}
}

func (g *generator) numberSchema(s *openapi3.Schema, kind string) {
	if kind == "integer" {
		s.Format = pick(g, "", "", "int32", "int64", "uint8")
	} else {
		s.Format = pick(g, "", "", "double", "float", "int64")
	}
	if g.chance(30) {
		s.Min = ptr(float64(g.IntN(20)-10) / pick(g, 1.0, 2, 10))
		s.ExclusiveMin.Bool = pick(g, nil, ptr(true), ptr(false))
	}
	if g.chance(30) {
		s.Max = ptr(float64(g.IntN(200)) / pick(g, 1.0, 2, 10))
		s.ExclusiveMax.Bool = pick(g, nil, ptr(true), ptr(false))
	}
	if g.chance(10) {
		s.MultipleOf = ptr(float64(1 + g.IntN(4)))
	}
	if g.chance(10) {
		s.Enum = []any{float64(1), float64(2), 2.5, "3", nil, true}
	}
}

func (g *generator) arraySchema(s *openapi3.Schema, depth int) {
	if s.Items = (&openapi3.SchemaRef{Value: g.schema(depth - 1)}); g.chance(5) {
		s.Items = &openapi3.SchemaRef{Value: &openapi3.Schema{}}
	}
	if len(g.open) > 0 && g.chance(10) {
		s.Items = again(pick(g, g.open...))
	}
	if g.chance(30) {
		s.MinItems = uint64(g.IntN(3))
		s.MaxItems = ptr(s.MinItems + uint64(g.IntN(6)))
	}
}

func (g *generator) objectSchema(s *openapi3.Schema, depth int) {
	g.open = append(g.open, s)
	defer func() { g.open = g.open[:len(g.open)-1] }()
	s.Properties = openapi3.Schemas{}
	for range g.IntN(6) {
		name := pick(g, memberNames...)
		member := g.schema(depth - 1)
		switch {
		case g.chance(4):
			s.Properties[name] = again(pick(g, g.open...))
			continue
		case g.chance(4) && member.Type != nil:
			member.ReadOnly, g.covered = true, false
		case g.chance(4):
			member.WriteOnly, g.covered = true, false
		}
		s.Properties[name] = &openapi3.SchemaRef{Value: member}
		if g.chance(40) && !slices.Contains(s.Required, name) {
			s.Required = append(s.Required, name)
		}
	}
	if g.chance(5) && s.Properties["more"] == nil {
		s.Required = append(s.Required, pick(g, "more", "NAME"))
		g.covered = false
	}
	switch g.IntN(4) {
	case 0, 1:
		s.AdditionalProperties.Has = ptr(false)
	case 2:
		s.AdditionalProperties.Schema = &openapi3.SchemaRef{Value: g.schema(depth - 1)}
	}
	if g.chance(10) {
		s.MinProps, s.MaxProps = uint64(g.IntN(2)), ptr(uint64(2+g.IntN(6)))
	}
}

// again refers to a schema from within; it has a name, or it would be written
// without end.
func again(s *openapi3.Schema) *openapi3.SchemaRef {
	return &openapi3.SchemaRef{Ref: "#/components/schemas/Again", Value: s}
}

// allOf spreads an object over parts, with members that two of them look at.
func (g *generator) allOf(s *openapi3.Schema, depth int) *openapi3.Schema {
	g.covered = false
	parent := &openapi3.Schema{Nullable: g.chance(20)}
	other := &openapi3.Schema{Type: pick(g, nil, &openapi3.Types{"object"}), Nullable: g.chance(50)}
	if s.AdditionalProperties.Schema != nil || g.chance(80) {
		s.AdditionalProperties = openapi3.AdditionalProperties{}
	}
	g.objectSchema(other, depth)
	if g.chance(80) {
		other.AdditionalProperties = openapi3.AdditionalProperties{}
	}
	parent.AllOf = openapi3.SchemaRefs{{Value: s}, {Value: other}}
	if g.chance(20) {
		parent.AllOf = append(parent.AllOf, again(parent))
	}
	if g.chance(30) {
		parent.Required = []string{pick(g, memberNames...)}
	}
	return parent
}
