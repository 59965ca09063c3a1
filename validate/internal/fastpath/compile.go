package fastpath

import (
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// maxNodes keeps what an allOf multiplies within bounds: the nodes beyond it
// doubt.
const maxNodes = 1 << 14

// A compiler makes nodes of schemas, one of each: a schema may contain itself.
type compiler struct {
	direction Direction
	nodes     map[*openapi3.Schema]*node
	joined    map[string]*openapi3.Schema // see join
}

func newCompiler(d Direction) *compiler {
	return &compiler{d, map[*openapi3.Schema]*node{}, map[string]*openapi3.Schema{}}
}

func (c *compiler) node(schema *openapi3.Schema) *node {
	if n, ok := c.nodes[schema]; ok {
		return n
	}
	n := &node{}
	if len(c.nodes) >= maxNodes {
		return n
	}
	c.nodes[schema] = n
	if one, ok := c.merge(schema); ok {
		c.fill(n, one)
	}
	return n
}

// ref is the node of a schema that another refers to.
func (c *compiler) ref(ref *openapi3.SchemaRef) *node {
	if ref == nil || ref.Value == nil {
		return &node{}
	}
	return c.node(ref.Value)
}

// covered tells whether a schema, its allOf apart, has nothing but keywords that
// are compiled, and those that kin-openapi does not look at: titles, examples,
// extensions, and a discriminator without the oneOf or anyOf that it serves.
func covered(s *openapi3.Schema) bool {
	later := s.Const != nil || s.Always != nil || s.PrefixItems != nil || s.Contains != nil ||
		s.MinContains != nil || s.MaxContains != nil || s.PatternProperties != nil ||
		s.DependentSchemas != nil || s.DependentRequired != nil || s.PropertyNames != nil ||
		s.UnevaluatedItems != (openapi3.BoolSchema{}) || s.UnevaluatedProperties != (openapi3.BoolSchema{}) ||
		s.If != nil || s.Then != nil || s.Else != nil || s.Defs != nil || s.DynamicRef != "" ||
		s.ContentSchema != nil || s.ExclusiveMin.Value != nil || s.ExclusiveMax.Value != nil
	return !later && s.OneOf == nil && s.AnyOf == nil && s.Not == nil &&
		(s.AdditionalProperties.Has == nil || s.AdditionalProperties.Schema == nil)
}

// fill makes the node of a schema without allOf. What it leaves out doubts.
func (c *compiler) fill(n *node, s *openapi3.Schema) {
	n.null = s.Nullable // kin-openapi asks for nothing more, not even the enum
	listed := len(s.Enum) > 0
	if s.Type == nil || s.Type.Is(openapi3.TypeBoolean) {
		n.yes = !listed || slices.Contains(s.Enum, any(true))
		n.no = !listed || slices.Contains(s.Enum, any(false))
	}
	if s.Type == nil || s.Type.Is(openapi3.TypeString) {
		n.text = compileText(s)
	}
	if s.Type == nil || s.Type.Is(openapi3.TypeNumber) || s.Type.Is(openapi3.TypeInteger) {
		n.number = compileNumber(s)
	}
	if listed { // arrays and objects are compared by kin-openapi
		return
	}
	if s.Type == nil || s.Type.Is(openapi3.TypeArray) {
		n.list = c.list(s)
	}
	if s.Type == nil || s.Type.Is(openapi3.TypeObject) {
		n.object = c.object(s)
	}
}

func (c *compiler) list(s *openapi3.Schema) *list {
	if s.UniqueItems { // how items are compared may be replaced process-wide
		return nil
	}
	l := &list{items: free, min: atLeast(s.MinItems), max: atMost(s.MaxItems)}
	if s.Items != nil {
		l.items = c.ref(s.Items)
	}
	return l
}

func (c *compiler) object(s *openapi3.Schema) *object {
	o := &object{min: atLeast(s.MinProps), max: atMost(s.MaxProps), others: free}
	switch a := s.AdditionalProperties; {
	case a.Schema != nil:
		o.others = c.ref(a.Schema)
	case a.Has != nil && !*a.Has:
		o.others = nil
	}
	names := slices.Collect(maps.Keys(s.Properties))
	for _, name := range s.Required { // one that is not declared has to be there too
		if _, ok := s.Properties[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names) // as encoding/json writes a map, and oapi-codegen a struct
	names = slices.Compact(names)
	if len(names) > maxMembers || slices.ContainsFunc(names, isEscaped) {
		return nil
	}
	for i, name := range names {
		m := member{name: name, quoted: `"` + name + `"`, node: o.others}
		ref, declared := s.Properties[name]
		switch {
		case declared:
			m.node = c.ref(ref)
		case o.others == nil || foldsWithDeclared(name, s.Properties):
			return nil
		}
		wrongWay := declared && ref != nil && ref.Value != nil && c.wrongWay(ref.Value)
		if wrongWay {
			m.node = &node{}
		}
		if slices.Contains(s.Required, name) && !wrongWay {
			o.required |= 1 << i
		}
		o.members = append(o.members, m)
	}
	o.lookup()
	return o
}

// wrongWay tells whether a member has no place in a message of this direction.
func (c *compiler) wrongWay(s *openapi3.Schema) bool {
	return c.direction == Request && s.ReadOnly || c.direction == Response && s.WriteOnly
}

// isEscaped tells whether JSON cannot have a name as it is.
func isEscaped(name string) bool {
	return !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' || r == '"' || r == '\\' })
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
		return atLeast(*n)
	}
}
