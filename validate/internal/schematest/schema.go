package schematest

import (
	"maps"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// patterns holds texts that match each pattern.
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

// formats holds values of each format.
var formats = map[string][]string{
	"date":      {"2024-02-29", "1999-12-31", "2000-02-29"},
	"date-time": {"2024-02-29T23:59:60Z", "2023-01-31T00:00:00.123+01:00"},
	"byte":      {"", "aGVsbG8=", "_-+/"},
	"email":     {"a@b", "not one"},
	"uuid":      {"of any form"},
}

var memberNames = []string{"a", "b", "id", "name", "count", "flag", "items", "Name", "émile", "k", "with space", "zz"}

// Schema makes a schema of keywords that fastpath supports, and sometimes one that
// it does not support.
func (g *Generator) Schema(depth int) *openapi3.Schema {
	s := &openapi3.Schema{Nullable: g.Chance(15)}
	if g.Chance(4) {
		g.unsupported(s)
	}
	kinds := []string{"string", "string", "integer", "number", "boolean"}
	if depth > 0 {
		kinds = append(kinds, "object", "object", "object", "array", "array")
	}
	kind := Pick(g, kinds...)
	if !g.Chance(8) {
		s.Type = &openapi3.Types{kind}
	}
	switch kind {
	case "string":
		g.stringSchema(s)
	case "integer", "number":
		g.numberSchema(s, kind)
	case "boolean":
		if g.Chance(20) {
			s.Enum = []any{true}
		}
	case "array":
		g.arraySchema(s, depth)
	case "object":
		g.objectSchema(s, depth)
		if g.Chance(10) {
			return g.allOf(s, depth)
		}
	}
	return s
}

// unsupported adds a keyword that always falls back.
func (g *Generator) unsupported(s *openapi3.Schema) {
	g.Supported = false
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
		s.MultipleOf = new(0.1)
	}
}

func (g *Generator) stringSchema(s *openapi3.Schema) {
	switch g.IntN(6) {
	case 0:
		s.Enum = []any{"red", "grün", "on", "a\"b"}
		if g.Chance(30) {
			s.Enum = []any{"only"}
		}
	case 1, 2:
		s.Pattern = Pick(g, slices.Sorted(maps.Keys(patterns))...)
	case 3:
		s.Format = Pick(g, slices.Sorted(maps.Keys(formats))...)
	}
	if g.Chance(30) {
		s.MinLength = uint64(g.IntN(4))
		s.MaxLength = new(s.MinLength + uint64(g.IntN(20)))
	}
}

func (g *Generator) numberSchema(s *openapi3.Schema, kind string) {
	if kind == "integer" {
		s.Format = Pick(g, "", "", "int32", "int64", "uint8")
	} else {
		s.Format = Pick(g, "", "", "double", "float", "int64")
	}
	if g.Chance(30) {
		s.Min = new(float64(g.IntN(20)-10) / Pick(g, 1.0, 2, 10))
		s.ExclusiveMin.Bool = Pick(g, nil, new(true), new(false))
	}
	if g.Chance(30) {
		s.Max = new(float64(g.IntN(200)) / Pick(g, 1.0, 2, 10))
		s.ExclusiveMax.Bool = Pick(g, nil, new(true), new(false))
	}
	if g.Chance(10) {
		s.MultipleOf = new(float64(1 + g.IntN(4)))
	}
	if g.Chance(10) {
		s.Enum = []any{float64(1), float64(2), 2.5, "3", nil, true}
	}
}

func (g *Generator) arraySchema(s *openapi3.Schema, depth int) {
	if s.Items = (&openapi3.SchemaRef{Value: g.Schema(depth - 1)}); g.Chance(5) {
		s.Items = &openapi3.SchemaRef{Value: &openapi3.Schema{}}
	}
	if len(g.open) > 0 && g.Chance(10) {
		s.Items = again(Pick(g, g.open...))
	}
	if g.Chance(30) {
		s.MinItems = uint64(g.IntN(3))
		s.MaxItems = new(s.MinItems + uint64(g.IntN(6)))
	}
}

func (g *Generator) objectSchema(s *openapi3.Schema, depth int) {
	g.open = append(g.open, s)
	defer func() { g.open = g.open[:len(g.open)-1] }()
	s.Properties = openapi3.Schemas{}
	for range g.IntN(6) {
		name := Pick(g, memberNames...)
		member := g.Schema(depth - 1)
		switch {
		case g.Chance(4):
			s.Properties[name] = again(Pick(g, g.open...))
			continue
		case g.Chance(4) && member.Type != nil:
			member.ReadOnly, g.Supported = true, false
		case g.Chance(4):
			member.WriteOnly, g.Supported = true, false
		}
		s.Properties[name] = &openapi3.SchemaRef{Value: member}
		if g.Chance(40) && !slices.Contains(s.Required, name) {
			s.Required = append(s.Required, name)
		}
	}
	if g.Chance(5) && s.Properties["more"] == nil {
		s.Required = append(s.Required, Pick(g, "more", "NAME"))
		g.Supported = false
	}
	switch g.IntN(4) {
	case 0, 1:
		s.AdditionalProperties.Has = new(false)
	case 2:
		s.AdditionalProperties.Schema = &openapi3.SchemaRef{Value: g.Schema(depth - 1)}
	}
	if g.Chance(10) {
		s.MinProps, s.MaxProps = uint64(g.IntN(2)), new(uint64(2+g.IntN(6)))
	}
}

// again refers to a schema from within itself. The reference has a name, because
// otherwise printing the schema would not end.
func again(s *openapi3.Schema) *openapi3.SchemaRef {
	return &openapi3.SchemaRef{Ref: "#/components/schemas/Again", Value: s}
}

// allOf spreads an object over parts that may describe the same members.
func (g *Generator) allOf(s *openapi3.Schema, depth int) *openapi3.Schema {
	g.Supported = false
	parent := &openapi3.Schema{Nullable: g.Chance(20)}
	other := &openapi3.Schema{Type: Pick(g, nil, &openapi3.Types{"object"}), Nullable: g.Chance(50)}
	if s.AdditionalProperties.Schema != nil || g.Chance(80) {
		s.AdditionalProperties = openapi3.AdditionalProperties{}
	}
	g.objectSchema(other, depth)
	if g.Chance(80) {
		other.AdditionalProperties = openapi3.AdditionalProperties{}
	}
	parent.AllOf = openapi3.SchemaRefs{{Value: s}, {Value: other}}
	if g.Chance(20) {
		parent.AllOf = append(parent.AllOf, again(parent))
	}
	if g.Chance(30) {
		parent.Required = []string{Pick(g, memberNames...)}
	}
	return parent
}
