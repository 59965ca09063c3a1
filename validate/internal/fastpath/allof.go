package fastpath

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// mergeAllOf returns one schema without allOf that accepts the same values as
// schema, or fewer. ok is false if there is none, or if a part has a keyword that
// is not supported.
func (c *compiler) mergeAllOf(schema *openapi3.Schema) (merged *openapi3.Schema, ok bool) {
	if len(schema.AllOf) == 0 {
		return schema, isSupported(schema)
	}
	var parts []*openapi3.Schema
	if !collectParts(schema, &parts) {
		return nil, false
	}
	merged = &openapi3.Schema{Nullable: allowsNull(schema, nil), Properties: openapi3.Schemas{}}
	for _, part := range parts {
		if !c.addPart(merged, part) {
			return nil, false
		}
	}
	return merged, true
}

// collectParts lists a schema and, recursively, the parts of its allOf. It lists
// a schema once, because kin-openapi does not visit a schema twice for the same
// value.
func collectParts(schema *openapi3.Schema, parts *[]*openapi3.Schema) (ok bool) {
	if slices.Contains(*parts, schema) {
		return true
	}
	*parts = append(*parts, schema)
	for _, ref := range schema.AllOf {
		if ref == nil || ref.Value == nil || !collectParts(ref.Value, parts) {
			return false
		}
	}
	return isSupported(schema)
}

// allowsNull reports whether a schema with allOf allows null. It follows
// kin-openapi: a nullable schema is not checked further, and null is accepted if
// all parts of an allOf accept it. outer holds the schemas around this one.
func allowsNull(schema *openapi3.Schema, outer []*openapi3.Schema) bool {
	if schema.Nullable {
		return true
	}
	if len(schema.AllOf) == 0 || slices.Contains(outer, schema) {
		return false
	}
	outer = append(outer, schema)
	return !slices.ContainsFunc(schema.AllOf, func(ref *openapi3.SchemaRef) bool {
		return ref == nil || ref.Value == nil || !allowsNull(ref.Value, outer)
	})
}

// addPart narrows merged by the keywords of part. ok is false if both have
// different values of a keyword.
func (c *compiler) addPart(merged, part *openapi3.Schema) (ok bool) {
	// additionalProperties --
	if a := part.AdditionalProperties; a.Schema != nil || a.Has != nil && !*a.Has {
		return false
	}
	// uniqueItems --
	if part.UniqueItems {
		return false
	}
	// type --
	if part.Type != nil {
		if merged.Type != nil && !slices.Equal(*merged.Type, *part.Type) {
			return false
		}
		merged.Type = part.Type
	}
	// enum --
	if len(part.Enum) > 0 {
		if len(merged.Enum) > 0 {
			return false
		}
		merged.Enum = part.Enum
	}
	// format --
	if part.Format != "" && part.Type == nil { // the part's type selects the format's check
		return false
	}
	// exclusiveMinimum, exclusiveMaximum --
	if part.Min != nil {
		merged.ExclusiveMin = part.ExclusiveMin
	}
	if part.Max != nil {
		merged.ExclusiveMax = part.ExclusiveMax
	}
	// the keywords of one value --
	return set(&merged.Format, part.Format) && set(&merged.Pattern, part.Pattern) &&
		set(&merged.Min, part.Min) && set(&merged.Max, part.Max) && set(&merged.MultipleOf, part.MultipleOf) &&
		set(&merged.MinLength, part.MinLength) && set(&merged.MaxLength, part.MaxLength) &&
		set(&merged.MinItems, part.MinItems) && set(&merged.MaxItems, part.MaxItems) && set(&merged.Items, part.Items) &&
		set(&merged.MinProps, part.MinProps) && set(&merged.MaxProps, part.MaxProps) &&
		// properties, required --
		c.addMembers(merged, part)
}

// set sets a keyword to a part's value. It returns false if another part has set
// a different one.
func set[T comparable](keyword *T, value T) bool {
	var zero T
	switch {
	case value == zero || *keyword == value:
		return true
	case *keyword != zero:
		return false
	}
	*keyword = value
	return true
}

func (c *compiler) addMembers(merged, part *openapi3.Schema) (ok bool) {
	for name, ref := range part.Properties {
		if ref == nil || ref.Value == nil {
			return false
		}
		if other, ok := merged.Properties[name]; ok && other.Value != ref.Value {
			ref = &openapi3.SchemaRef{Value: c.join(other.Value, ref.Value)}
		}
		merged.Properties[name] = ref
	}
	merged.Required = append(merged.Required, part.Required...)
	return true
}

// join returns a schema with allOf a and b, for a member that both describe. It
// returns the same schema for the same two, because the members of recursive
// schemas meet again and again.
func (c *compiler) join(a, b *openapi3.Schema) *openapi3.Schema {
	parts := slices.Concat(c.partsOf(a), c.partsOf(b))
	key := SetKey(parts)
	if s, ok := c.joined[key]; ok {
		return s
	}
	s := &openapi3.Schema{ReadOnly: a.ReadOnly || b.ReadOnly, WriteOnly: a.WriteOnly || b.WriteOnly}
	for _, part := range parts {
		s.AllOf = append(s.AllOf, part.NewRef())
	}
	c.joined[key] = s
	return s
}

// partsOf returns the schemas that join joined in s, or s alone.
func (c *compiler) partsOf(s *openapi3.Schema) (parts []*openapi3.Schema) {
	for _, ref := range s.AllOf {
		parts = append(parts, ref.Value)
	}
	if c.joined[SetKey(parts)] == s {
		return parts
	}
	return []*openapi3.Schema{s}
}
