package fastpath

import (
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
)

// maxNodes bounds the nodes that merging allOf may produce. The nodes beyond it
// fall back.
const maxNodes = 1 << 14

// A compiler makes one node of each schema, because a schema may contain itself.
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
	if merged, ok := c.mergeAllOf(schema); ok {
		c.compile(n, merged)
	}
	return n
}

// ref returns the node of a schema that another schema refers to.
func (c *compiler) ref(ref *openapi3.SchemaRef) *node {
	if ref == nil || ref.Value == nil {
		return &node{}
	}
	return c.node(ref.Value)
}

// isSupported reports whether a schema has no keywords, apart from allOf, that
// always fall back. The other keywords are either compiled or ignored by
// kin-openapi: titles, examples, extensions, and a discriminator without the
// oneOf or anyOf that it serves.
func isSupported(s *openapi3.Schema) bool {
	switch {
	// oneOf, anyOf, not --
	case s.OneOf != nil, s.AnyOf != nil, s.Not != nil:
		return false
	// additionalProperties -- a boolean and a schema at once
	case s.AdditionalProperties.Has != nil && s.AdditionalProperties.Schema != nil:
		return false
	// OpenAPI 3.1 --
	case s.Const != nil, s.Always != nil, s.PrefixItems != nil,
		s.Contains != nil, s.MinContains != nil, s.MaxContains != nil,
		s.PatternProperties != nil, s.DependentSchemas != nil, s.DependentRequired != nil, s.PropertyNames != nil,
		s.UnevaluatedItems != (openapi3.BoolSchema{}), s.UnevaluatedProperties != (openapi3.BoolSchema{}),
		s.If != nil, s.Then != nil, s.Else != nil, s.Defs != nil, s.DynamicRef != "", s.ContentSchema != nil,
		s.ExclusiveMin.Value != nil, s.ExclusiveMax.Value != nil:
		return false
	default:
		return true
	}
}

// compile fills the node of a schema without allOf. The types of values that it
// leaves out fall back.
func (c *compiler) compile(n *node, s *openapi3.Schema) {
	// nullable --
	n.allowNull = s.Nullable // kin-openapi then accepts null whatever else is declared, even an enum

	// type --
	allowed := func(types ...string) bool {
		return s.Type == nil || slices.ContainsFunc(types, s.Type.Is)
	}
	if allowed(openapi3.TypeBoolean) {
		n.allowTrue = len(s.Enum) == 0 || slices.Contains(s.Enum, any(true))
		n.allowFalse = len(s.Enum) == 0 || slices.Contains(s.Enum, any(false))
	}
	if allowed(openapi3.TypeString) {
		n.string = compileString(s)
	}
	if allowed(openapi3.TypeNumber, openapi3.TypeInteger) {
		n.number = compileNumber(s)
	}

	// enum --
	if len(s.Enum) > 0 { // kin-openapi compares arrays and objects
		return
	}
	if allowed(openapi3.TypeArray) {
		n.array = c.array(s)
	}
	if allowed(openapi3.TypeObject) {
		n.object = c.object(s)
	}
}
