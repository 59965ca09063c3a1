package reference

import (
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

// A Schema is compiled for one direction. It is safe for concurrent use.
type Schema struct {
	id        uint64 // within its Compiler
	empty     bool   // every value but null is allowed
	allowNull bool   // whatever else is declared
	forbidden string // the keyword that forbids a member in this direction, or ""

	types       typeSet
	typeNames   string // for the finding of a wrong type
	scalar      scalarRule
	enum        *enumRule
	array       arrayRule
	object      objectRule
	not         *Schema
	oneOf       *alternatives
	anyOf       *alternatives
	allOf       []*Schema
	notRequired map[string]bool // members that the schema or its allOf forbids in this direction
}

// A typeSet holds the types of JSON values that a schema allows.
type typeSet uint8

const (
	typeString typeSet = 1 << iota
	typeNumber
	typeBoolean
	typeArray
	typeObject
)

// CompileFunc compiles the fast path of a schema. fastpath.Compile is one.
type CompileFunc = func(*openapi3.Schema, fastpath.Direction) *fastpath.Program

// A Compiler makes one Schema of each schema, because a schema may contain
// itself.
type Compiler struct {
	direction fastpath.Direction
	compile   CompileFunc
	made      map[*openapi3.Schema]*Schema
}

// NewCompiler returns a Compiler for one direction. The programs that compile
// returns save a call of kin-openapi for valid scalars. compile may be nil.
func NewCompiler(d fastpath.Direction, compile CompileFunc) *Compiler {
	if compile == nil {
		compile = func(*openapi3.Schema, fastpath.Direction) *fastpath.Program { return nil }
	}
	return &Compiler{d, compile, map[*openapi3.Schema]*Schema{}}
}

// Schema compiles a schema of a document that kin-openapi found valid.
func (c *Compiler) Schema(from *openapi3.Schema) *Schema {
	if s, ok := c.made[from]; ok {
		return s
	}
	s := &Schema{id: uint64(len(c.made)), empty: from.IsEmpty()}
	c.made[from] = s

	// nullable --
	s.allowNull = from.PermitsNull()
	// readOnly, writeOnly --
	s.forbidden = c.direction.Forbids(from)
	s.notRequired = c.notRequired(from)
	// type --
	s.types, s.typeNames = typesOf(from.Type), strings.Join(from.Type.Slice(), " or ")
	// enum --
	s.enum = newEnumRule(from.Enum)
	// allOf, oneOf, anyOf, not, discriminator --
	for _, part := range from.AllOf {
		s.allOf = append(s.allOf, c.ref(part))
	}
	s.oneOf, s.anyOf = c.alternatives(from, from.OneOf), c.alternatives(from, from.AnyOf)
	s.not = c.ref(from.Not)
	// the keywords of strings and numbers --
	s.scalar = c.scalar(from)
	// minItems, maxItems, uniqueItems, items --
	s.array = arrayRule{
		min: fastpath.MinBound(from.MinItems), max: fastpath.MaxBound(from.MaxItems),
		unique: from.UniqueItems, items: c.ref(from.Items),
	}
	// minProperties, maxProperties, additionalProperties, properties, required --
	s.object = c.object(from)
	return s
}

// ref returns nil if there is no schema.
func (c *Compiler) ref(ref *openapi3.SchemaRef) *Schema {
	if ref == nil || ref.Value == nil {
		return nil
	}
	return c.Schema(ref.Value)
}

// notRequired returns the names of the members that a schema, or recursively its
// allOf, forbids in this direction. If they are required, they are required in
// the other direction alone.
func (c *Compiler) notRequired(from *openapi3.Schema) map[string]bool {
	names := map[string]bool{}
	seen := map[*openapi3.Schema]bool{}
	var add func(*openapi3.Schema)
	add = func(s *openapi3.Schema) {
		if seen[s] {
			return
		}
		seen[s] = true
		for name, ref := range s.Properties {
			if c.direction.Forbids(ref.Value) != "" {
				names[name] = true
			}
		}
		for _, part := range s.AllOf {
			add(part.Value)
		}
	}
	if add(from); len(names) == 0 {
		return nil
	}
	return names
}

func typesOf(types *openapi3.Types) (set typeSet) {
	for name, one := range map[string]typeSet{
		openapi3.TypeString: typeString, openapi3.TypeNumber: typeNumber, openapi3.TypeInteger: typeNumber,
		openapi3.TypeBoolean: typeBoolean, openapi3.TypeArray: typeArray, openapi3.TypeObject: typeObject,
	} {
		if types.Permits(name) {
			set |= one
		}
	}
	return set
}
