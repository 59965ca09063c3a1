package schematest

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Combined makes a schema with keywords that apply several schemas to one value,
// and with uniqueItems.
func (g *Generator) Combined(depth int) *openapi3.Schema {
	if depth == 0 || g.Chance(30) {
		return g.Schema(2)
	}
	s := &openapi3.Schema{Nullable: g.Chance(10)}
	switch g.IntN(7) {
	case 0, 1:
		s.OneOf = g.refs(depth)
	case 2:
		s.AnyOf = g.refs(depth)
	case 3:
		s.AllOf = g.refs(depth)
	case 4:
		s.Not = g.Combined(depth - 1).NewRef()
	case 5:
		s.Type, s.UniqueItems = &openapi3.Types{"array"}, g.Chance(70)
		s.Items = g.Combined(depth - 1).NewRef()
	case 6:
		return g.discriminated(depth)
	}
	if g.Chance(10) {
		s.AllOf = append(s.AllOf, again(s))
	}
	return s
}

func (g *Generator) refs(depth int) (refs openapi3.SchemaRefs) {
	for range 1 + g.IntN(3) {
		refs = append(refs, g.Combined(depth-1).NewRef())
	}
	return refs
}

// discriminated makes a oneOf or an anyOf with a discriminator.
func (g *Generator) discriminated(depth int) *openapi3.Schema {
	s := &openapi3.Schema{Discriminator: &openapi3.Discriminator{PropertyName: "a", Mapping: map[string]openapi3.MappingRef{}}}
	refs := g.refs(depth)
	for i, ref := range refs {
		ref.Ref = fmt.Sprintf("#/components/schemas/S%d", i)
		if g.Chance(80) {
			s.Discriminator.Mapping[Pick(g, "red", "on", "a", "")] = openapi3.MappingRef{Ref: Pick(g, ref.Ref, fmt.Sprintf("S%d", i))}
		}
	}
	if g.Chance(50) {
		s.OneOf = refs
	} else {
		s.AnyOf = refs
	}
	return s
}

// CombinedDocument makes a document that fits a schema of Combined, or one of
// its alternatives.
func (g *Generator) CombinedDocument(s *openapi3.Schema, depth int) string {
	parts := slices.Concat(s.OneOf, s.AnyOf, s.AllOf)
	if len(parts) > 0 && depth > 0 {
		return g.CombinedDocument(Pick(g, parts...).Value, depth-1)
	}
	if s.Items != nil && depth > 0 {
		var items []string
		for range g.IntN(4) {
			items = append(items, g.CombinedDocument(s.Items.Value, depth-1))
		}
		return "[" + strings.Join(items, ",") + "]"
	}
	if g.Chance(10) {
		return `{"a":"red","b":` + g.Document(s, 2) + `}`
	}
	return g.Document(s, 3)
}
