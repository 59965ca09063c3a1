package fastpath_test

import (
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/schematest"
)

// goType makes a type to bind the values of a schema to, which sometimes does not
// quite fit.
func (g *generator) goType(s *openapi3.Schema, depth int) reflect.Type {
	t := g.baseType(s, depth)
	if s.Nullable || g.Chance(10) {
		t = reflect.PointerTo(t)
	}
	return t
}

type named string

func (g *generator) baseType(s *openapi3.Schema, depth int) reflect.Type {
	if depth < 0 || g.Chance(1) {
		return schematest.Pick(g, reflect.TypeFor[any](), reflect.TypeFor[string](), reflect.TypeFor[float32]())
	}
	if len(s.AllOf) > 0 {
		return g.structType(s.AllOf[0].Value, depth)
	}
	switch kind := s.Type.Slice(); {
	case len(kind) == 0:
		return schematest.Pick(g, reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[[]string]())
	case kind[0] == "string":
		return schematest.Pick(g, reflect.TypeFor[string](), reflect.TypeFor[string](), reflect.TypeFor[named]())
	case kind[0] == "integer":
		return schematest.Pick(g, reflect.TypeFor[int](), reflect.TypeFor[int64](), reflect.TypeFor[int8](), reflect.TypeFor[uint16](), reflect.TypeFor[float64]())
	case kind[0] == "number":
		return schematest.Pick(g, reflect.TypeFor[float64](), reflect.TypeFor[float64](), reflect.TypeFor[float32](), reflect.TypeFor[int]())
	case kind[0] == "boolean":
		return reflect.TypeFor[bool]()
	case kind[0] == "array":
		return reflect.SliceOf(g.goType(s.Items.Value, depth-1))
	default:
		return g.structType(s, depth)
	}
}

func (g *generator) structType(s *openapi3.Schema, depth int) reflect.Type {
	var fields []reflect.StructField
	for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
		if g.Chance(5) {
			continue
		}
		tag := name
		if g.Chance(30) {
			tag += ",omitempty"
		}
		if g.Chance(1) {
			tag = strings.ToUpper(tag)
		}
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("F%d", len(fields)), Type: g.goType(s.Properties[name].Value, depth-1),
			Tag: reflect.StructTag(fmt.Sprintf(`json:%q`, tag)),
		})
	}
	if g.Chance(10) {
		fields = append(fields, reflect.StructField{Name: "X1", Type: reflect.TypeFor[int]()})
	}
	return reflect.StructOf(fields)
}
