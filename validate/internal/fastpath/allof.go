package fastpath

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// merge returns one schema without allOf that accepts what schema accepts, or
// less; ok is false where there is none, or it has what is not compiled.
func (c *compiler) merge(schema *openapi3.Schema) (one *openapi3.Schema, ok bool) {
	if len(schema.AllOf) == 0 {
		return schema, covered(schema)
	}
	var parts []*openapi3.Schema
	if !collect(schema, &parts) {
		return nil, false
	}
	one = &openapi3.Schema{Nullable: acceptsNull(schema, nil), Properties: openapi3.Schemas{}}
	for _, part := range parts {
		if !c.add(one, part) {
			return nil, false
		}
	}
	return one, true
}

// collect lists a schema and the parts of its allOf. kin-openapi does not visit
// a schema again for the same value, so that one is listed once.
func collect(schema *openapi3.Schema, parts *[]*openapi3.Schema) bool {
	if slices.Contains(*parts, schema) {
		return true
	}
	*parts = append(*parts, schema)
	for _, ref := range schema.AllOf {
		if ref == nil || ref.Value == nil || !collect(ref.Value, parts) {
			return false
		}
	}
	return covered(schema)
}

// acceptsNull follows kin-openapi: a nullable schema is not looked at further,
// and where all parts of an allOf take null nothing else is asked.
func acceptsNull(schema *openapi3.Schema, above []*openapi3.Schema) bool {
	if schema.Nullable {
		return true
	}
	if len(schema.AllOf) == 0 || slices.Contains(above, schema) {
		return false
	}
	above = append(above, schema)
	return !slices.ContainsFunc(schema.AllOf, func(ref *openapi3.SchemaRef) bool {
		return ref == nil || ref.Value == nil || !acceptsNull(ref.Value, above)
	})
}

// add narrows one by part. Of each keyword there is one value at most.
func (c *compiler) add(one, part *openapi3.Schema) bool {
	open := part.AdditionalProperties.Schema == nil && (part.AdditionalProperties.Has == nil || *part.AdditionalProperties.Has)
	if !open || part.UniqueItems || part.Format != "" && part.Type == nil { // a format is of a type
		return false
	}
	if part.Type != nil {
		if one.Type != nil && !slices.Equal(*one.Type, *part.Type) {
			return false
		}
		one.Type = part.Type
	}
	if len(part.Enum) > 0 {
		if len(one.Enum) > 0 {
			return false
		}
		one.Enum = part.Enum
	}
	if part.Min != nil {
		one.ExclusiveMin = part.ExclusiveMin
	}
	if part.Max != nil {
		one.ExclusiveMax = part.ExclusiveMax
	}
	return take(&one.Format, part.Format) && take(&one.Pattern, part.Pattern) &&
		take(&one.Min, part.Min) && take(&one.Max, part.Max) && take(&one.MultipleOf, part.MultipleOf) &&
		take(&one.MinLength, part.MinLength) && take(&one.MaxLength, part.MaxLength) &&
		take(&one.MinItems, part.MinItems) && take(&one.MaxItems, part.MaxItems) && take(&one.Items, part.Items) &&
		take(&one.MinProps, part.MinProps) && take(&one.MaxProps, part.MaxProps) && c.addMembers(one, part)
}

// take sets a keyword that one more part has; false where another had it.
func take[T comparable](into *T, value T) bool {
	var zero T
	switch {
	case value == zero || *into == value:
		return true
	case *into != zero:
		return false
	}
	*into = value
	return true
}

func (c *compiler) addMembers(one, part *openapi3.Schema) bool {
	for name, ref := range part.Properties {
		if ref == nil || ref.Value == nil {
			return false
		}
		if other, ok := one.Properties[name]; ok && other.Value != ref.Value {
			ref = &openapi3.SchemaRef{Value: c.join(other.Value, ref.Value)}
		}
		one.Properties[name] = ref
	}
	one.Required = append(one.Required, part.Required...)
	return true
}

// join returns a schema of two that both look at a member. It is the same one
// for the same two, as the members of recursive schemas meet again and again.
func (c *compiler) join(a, b *openapi3.Schema) *openapi3.Schema {
	var parts []*openapi3.Schema
	for _, s := range []*openapi3.Schema{a, b} {
		if c.joined[keyOf(s.AllOf)] == s {
			for _, ref := range s.AllOf {
				parts = append(parts, ref.Value)
			}
		} else {
			parts = append(parts, s)
		}
	}
	refs := openapi3.SchemaRefs{}
	for _, s := range parts {
		refs = append(refs, &openapi3.SchemaRef{Value: s})
	}
	key := keyOf(refs)
	if s, ok := c.joined[key]; ok {
		return s
	}
	s := &openapi3.Schema{AllOf: refs, ReadOnly: a.ReadOnly || b.ReadOnly, WriteOnly: a.WriteOnly || b.WriteOnly}
	c.joined[key] = s
	return s
}

// keyOf names a set of schemas by their addresses.
func keyOf(refs openapi3.SchemaRefs) string {
	var names []string
	for _, ref := range refs {
		names = append(names, fmt.Sprintf("%p", ref.Value))
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
}
