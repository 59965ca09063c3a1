package check

import (
	"slices"
	"unicode"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

// jsonKeys are what a scan needs of a schema: the members' names, to find one that
// a decoder folds into a declared one (encoding/json binds "Client_Addrs" to
// client_addrs, though no schema has checked its value), and which integers have 64
// bits.
type jsonKeys struct {
	members    map[string]*jsonKeys // by declared name
	folded     map[string]struct{}  // the declared names, folded
	items      *jsonKeys
	additional *jsonKeys // of members that are not declared
	isInt64    bool
}

func compileJSONKeys(schema *openapi3.Schema) *jsonKeys {
	return keysCompiler{}.of([]*openapi3.Schema{schema})
}

// A keysCompiler has what is compiled, by the schemas that it is compiled from: a
// schema may contain itself.
type keysCompiler map[string]*jsonKeys

// of joins what the schemas and their alternatives declare: a decoder's target may
// have any of their names.
func (made keysCompiler) of(schemas []*openapi3.Schema) *jsonKeys {
	if len(schemas) == 0 {
		return nil
	}
	key := fastpath.SetKey(schemas)
	if s, ok := made[key]; ok {
		return s
	}
	s := &jsonKeys{members: map[string]*jsonKeys{}, folded: map[string]struct{}{}}
	made[key] = s
	members := map[string][]*openapi3.Schema{}
	var items, additional []*openapi3.Schema
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
			additional = append(additional, schema.AdditionalProperties.Schema.Value)
		}
		s.isInt64 = s.isInt64 || schema.Format == "int64"
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
	s.items, s.additional = made.of(items), made.of(additional)
	return s
}

// member returns the keys of the member called name, and whether the name differs
// from a declared one by case alone.
func (s *jsonKeys) member(name string) (child *jsonKeys, isMismatch bool) {
	if s == nil {
		return nil, false
	}
	if child, ok := s.members[name]; ok {
		return child, false
	}
	if len(s.folded) > 0 {
		var buf [64]byte // so that a name costs no allocation
		_, isMismatch = s.folded[string(appendFold(buf[:0], name))]
	}
	return s.additional, isMismatch
}

func (s *jsonKeys) item() *jsonKeys {
	if s == nil {
		return nil
	}
	return s.items
}

// fold maps names that encoding/json takes for the same field to one text: it takes
// the smallest of each letter's simple case foldings (so the Kelvin sign is K).
func fold(name string) string { return string(appendFold(nil, name)) }

func appendFold(b []byte, name string) []byte {
	for _, r := range name {
		for {
			next := unicode.SimpleFold(r)
			if next <= r { // around the orbit to its smallest
				r = next
				break
			}
			r = next
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}
