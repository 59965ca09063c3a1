package reference

import (
	"math"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

// A Schema is compiled for one direction. It is safe for concurrent use.
type Schema struct {
	id       uint64 // in its Compiler
	empty    bool   // nothing is asked, but null is refused
	null     bool   // null is accepted, whatever else is asked
	wrongWay string // the keyword by which it has no place in this direction, or empty

	kinds   kinds
	types   string // as the type's violation names them
	scalar  scalar
	enum    *enum
	array   array
	object  object
	not     *Schema
	oneOf   *choice
	anyOf   *choice
	allOf   []*Schema
	skipped map[string]bool // members that are not required in this direction, by this schema or its allOf
}

// kinds are the kinds of JSON values that a type permits.
type kinds uint8

const (
	texts kinds = 1 << iota
	numbers
	booleans
	arrays
	objects
)

// A Compiler makes one Schema of each schema, for it may contain itself.
type Compiler struct {
	direction fastpath.Direction
	quick     func(*openapi3.Schema, fastpath.Direction) *fastpath.Program
	made      map[*openapi3.Schema]*Schema
}

// NewCompiler returns a Compiler for one direction. quick compiles the checks
// that spare a call of kin-openapi where a scalar is good, as fastpath.Compile
// does; nil: there are none.
func NewCompiler(d fastpath.Direction, quick func(*openapi3.Schema, fastpath.Direction) *fastpath.Program) *Compiler {
	if quick == nil {
		quick = func(*openapi3.Schema, fastpath.Direction) *fastpath.Program { return nil }
	}
	return &Compiler{d, quick, map[*openapi3.Schema]*Schema{}}
}

// Schema compiles a schema of a document that kin-openapi found valid.
func (c *Compiler) Schema(from *openapi3.Schema) *Schema {
	if s, ok := c.made[from]; ok {
		return s
	}
	s := &Schema{
		id:    uint64(len(c.made)),
		empty: from.IsEmpty(), null: from.PermitsNull(),
		wrongWay: c.wrongWay(from),
		kinds:    kindsOf(from.Type), types: typesOf(from.Type),
		scalar: c.scalar(from),
		enum:   newEnum(from.Enum),
		array:  array{min: atLeast(from.MinItems), max: atMost(from.MaxItems), unique: from.UniqueItems},
		object: object{
			min: atLeast(from.MinProps), max: atMost(from.MaxProps),
			closed: from.AdditionalProperties.Has != nil && !*from.AdditionalProperties.Has,
		},
	}
	c.made[from] = s
	s.object.require(from.Required)
	s.not = c.ref(from.Not)
	s.oneOf, s.anyOf = c.choice(from, from.OneOf), c.choice(from, from.AnyOf)
	for _, part := range from.AllOf {
		s.allOf = append(s.allOf, c.ref(part))
	}
	s.array.items = c.ref(from.Items)
	s.object.others = c.ref(from.AdditionalProperties.Schema)
	s.object.members = make(map[string]*Schema, len(from.Properties))
	for name, member := range from.Properties {
		child := c.ref(member)
		s.object.members[name] = child
		s.object.oneWay = s.object.oneWay || child.wrongWay != ""
	}
	s.skipped = c.skipped(from)
	return s
}

// ref returns nil where there is no schema.
func (c *Compiler) ref(ref *openapi3.SchemaRef) *Schema {
	if ref == nil || ref.Value == nil {
		return nil
	}
	return c.Schema(ref.Value)
}

func (c *Compiler) wrongWay(s *openapi3.Schema) string {
	switch {
	case c.direction == fastpath.Request && s.ReadOnly:
		return "readOnly"
	case c.direction == fastpath.Response && s.WriteOnly:
		return "writeOnly"
	default:
		return ""
	}
}

// skipped names the members that a schema or its allOf declares for the other
// direction alone: where they are required, they are not in this one.
func (c *Compiler) skipped(from *openapi3.Schema) map[string]bool {
	names := map[string]bool{}
	seen := map[*openapi3.Schema]bool{}
	var add func(*openapi3.Schema)
	add = func(s *openapi3.Schema) {
		if seen[s] {
			return
		}
		seen[s] = true
		for name, ref := range s.Properties {
			if c.wrongWay(ref.Value) != "" {
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

func kindsOf(types *openapi3.Types) (k kinds) {
	for kind, names := range map[kinds][]string{
		texts: {"string"}, numbers: {"number", "integer"}, booleans: {"boolean"}, arrays: {"array"}, objects: {"object"},
	} {
		for _, name := range names {
			if types.Permits(name) {
				k |= kind
			}
		}
	}
	return k
}

func typesOf(types *openapi3.Types) (names string) {
	for i, name := range types.Slice() {
		if i > 0 {
			names += " or "
		}
		names += name
	}
	return names
}

func atLeast(n uint64) int { return int(min(n, math.MaxInt)) }

// atMost is the bound as kin-openapi has it: one beyond an int64 is negative.
func atMost(n *uint64) int {
	switch {
	case n == nil:
		return math.MaxInt
	case *n > math.MaxInt64:
		return -1
	default:
		return int(*n)
	}
}
