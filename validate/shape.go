package validate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A shape knows what the scan of a body needs of its schema: the member names,
// to tell one from a name that a decoder would fold into it (encoding/json binds
// "Client_Addrs" to client_addrs, and no schema has looked at its value), and
// which integers are of 64 bits.
type shape struct {
	members map[string]*shape   // by declared name
	folded  map[string]struct{} // the declared names, folded
	items   *shape
	others  *shape // of members that are not declared
	wide    bool   // an int64
}

func compileShape(schema *openapi3.Schema) *shape {
	return shapes{}.of([]*openapi3.Schema{schema})
}

// shapes are those that are made, by the schemas they are made of: a schema may
// contain itself.
type shapes map[string]*shape

// of joins what the schemas and their alternatives declare: a name that one of
// them has is a name that the target may bind.
func (made shapes) of(schemas []*openapi3.Schema) *shape {
	if len(schemas) == 0 {
		return nil
	}
	key := keyOf(schemas)
	if s, ok := made[key]; ok {
		return s
	}
	s := &shape{members: map[string]*shape{}, folded: map[string]struct{}{}}
	made[key] = s
	members := map[string][]*openapi3.Schema{}
	var items, others []*openapi3.Schema
	seen := map[*openapi3.Schema]bool{}
	for queue := slices.Clone(schemas); len(queue) > 0; queue = queue[1:] {
		schema := queue[0]
		if seen[schema] {
			continue
		}
		seen[schema] = true
		for name, ref := range schema.Properties {
			members[name] = append(members[name], ref.Value)
		}
		if schema.Items != nil {
			items = append(items, schema.Items.Value)
		}
		if schema.AdditionalProperties.Schema != nil {
			others = append(others, schema.AdditionalProperties.Schema.Value)
		}
		s.wide = s.wide || schema.Format == "int64"
		for _, refs := range []openapi3.SchemaRefs{schema.AllOf, schema.OneOf, schema.AnyOf} {
			for _, ref := range refs {
				queue = append(queue, ref.Value)
			}
		}
	}
	for name, list := range members {
		s.members[name] = made.of(list)
		s.folded[fold(name)] = struct{}{}
	}
	s.items, s.others = made.of(items), made.of(others)
	return s
}

// keyOf names a set of schemas by their addresses.
func keyOf(schemas []*openapi3.Schema) string {
	names := make([]string, len(schemas))
	for i, schema := range schemas {
		names[i] = fmt.Sprintf("%p", schema)
	}
	slices.Sort(names)
	return strings.Join(slices.Compact(names), " ")
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
		var few [64]byte // a name costs no allocation
		_, caseAlone = s.folded[string(appendFold(few[:0], name))]
	}
	return s.others, caseAlone
}

func (s *shape) item() *shape {
	if s == nil {
		return nil
	}
	return s.items
}
