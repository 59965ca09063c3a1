package validate

import "github.com/getkin/kin-openapi/openapi3"

// A shape knows the member names that a schema declares, so that the scan of a
// body can tell a name from one that a decoder would fold into it: encoding/json
// binds "Client_Addrs" to client_addrs, and no schema has looked at its value.
type shape struct {
	members map[string]*shape   // by declared name
	folded  map[string]struct{} // the declared names, folded
	items   *shape
	others  *shape // of members that are not declared
}

func compileShape(schema *openapi3.Schema) *shape {
	return (&shapes{done: map[*openapi3.Schema]*shape{}}).of(schema)
}

type shapes struct{ done map[*openapi3.Schema]*shape }

func (c *shapes) of(schema *openapi3.Schema) *shape {
	if s, ok := c.done[schema]; ok {
		return s
	}
	s := &shape{members: map[string]*shape{}, folded: map[string]struct{}{}}
	c.done[schema] = s // before the members: a schema may contain itself
	c.add(s, schema, map[*openapi3.Schema]bool{})
	return s
}

// add joins what schema and its alternatives declare: a name that one of them
// has is a name that the target may bind.
func (c *shapes) add(s *shape, schema *openapi3.Schema, seen map[*openapi3.Schema]bool) {
	if seen[schema] {
		return
	}
	seen[schema] = true
	for name, ref := range schema.Properties {
		s.members[name] = c.of(ref.Value)
		s.folded[fold(name)] = struct{}{}
	}
	if schema.Items != nil {
		s.items = c.of(schema.Items.Value)
	}
	if schema.AdditionalProperties.Schema != nil {
		s.others = c.of(schema.AdditionalProperties.Schema.Value)
	}
	for _, refs := range []openapi3.SchemaRefs{schema.AllOf, schema.OneOf, schema.AnyOf} {
		for _, ref := range refs {
			c.add(s, ref.Value, seen)
		}
	}
}

// member returns the shape of the member called name, and whether the name
// differs from a declared one by case alone.
func (s *shape) member(name string) (child *shape, caseAlone bool) {
	if s == nil {
		return nil, false
	}
	if child, ok := s.members[name]; ok {
		return child, false
	}
	if len(s.folded) > 0 {
		_, caseAlone = s.folded[fold(name)]
	}
	return s.others, caseAlone
}

func (s *shape) item() *shape {
	if s == nil {
		return nil
	}
	return s.items
}
