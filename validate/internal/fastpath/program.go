package fastpath

import (
	"math"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// A Direction says which way a message goes.
type Direction uint8

// The directions.
const (
	Request Direction = iota
	Response
)

// Forbids returns the keyword by which a member with this schema must not appear
// in a message of this direction: "readOnly" in a request, "writeOnly" in a
// response. It returns "" if the member may appear.
func (d Direction) Forbids(s *openapi3.Schema) (keyword string) {
	switch {
	case d == Request && s.ReadOnly:
		return "readOnly"
	case d == Response && s.WriteOnly:
		return "writeOnly"
	default:
		return ""
	}
}

// A Program is one compiled schema. It is safe for concurrent use. A nil Program
// always falls back.
type Program struct {
	root      *node
	paramType string // the type of a parameter whose text is its value, or ""
}

// Compile returns nil if every value of the schema needs kin-openapi. The schema
// must belong to a document that kin-openapi found valid.
func Compile(schema *openapi3.Schema, d Direction) *Program {
	if schema == nil {
		return nil
	}
	root := newCompiler(d).node(schema)
	if root.alwaysFallsBack() {
		return nil
	}
	return &Program{root: root, paramType: paramType(schema)}
}

// paramType returns the type of a schema if kin-openapi parses a parameter by
// this type alone.
func paramType(schema *openapi3.Schema) string {
	if !schema.Type.IsSingle() || len(schema.AllOf) > 0 {
		return ""
	}
	switch t := (*schema.Type)[0]; t {
	case openapi3.TypeString, openapi3.TypeInteger, openapi3.TypeNumber, openapi3.TypeBoolean:
		return t
	}
	return ""
}

// JSON reports whether text is one valid JSON text.
func (p *Program) JSON(text []byte) bool {
	return p != nil && check(text, p.root)
}

// JSONString is JSON for a string.
func (p *Program) JSONString(text string) bool {
	return p != nil && check(text, p.root)
}

func check[T jsontoken.Text](text T, root *node) bool {
	if len(text) > math.MaxInt32 { // a span has offsets of 32 bits
		return false
	}
	s := scanner[T]{text: text}
	return s.document(root, nil, noValue)
}

// Text reports whether a parameter's decoded value is valid if it was sent in
// style simple or form. A string stands for itself, other types as JSON writes
// them. The empty value falls back, because kin-openapi treats it differently in
// different places.
func (p *Program) Text(value string) bool {
	if p == nil || value == "" || len(value) > math.MaxInt32 {
		return false
	}
	switch p.paramType {
	case openapi3.TypeString:
		return p.root.string != nil && utf8.ValidString(value) && allows(p.root.string, value, utf8.RuneCountInString(value))
	case openapi3.TypeInteger, openapi3.TypeNumber:
		s := scanner[string]{text: value}
		return p.root.number != nil && s.number(p.root.number, 0, nil, noValue) == len(value)
	case openapi3.TypeBoolean:
		return value == "true" && p.root.allowTrue || value == "false" && p.root.allowFalse
	}
	return false
}

// A node holds what one schema allows, by the type of the value. The zero node
// falls back for every value.
type node struct {
	allowNull, allowTrue, allowFalse bool
	string                           *stringRule // nil: strings fall back
	number                           *numberRule
	array                            *arrayRule
	object                           *objectRule
}

func (n *node) alwaysFallsBack() bool { return *n == node{} }

// anyValue allows every value that all parsers read the same way. It is the node
// of undeclared members, which kin-openapi does not check either.
var anyValue = func() *node {
	n := &node{allowNull: true, allowTrue: true, allowFalse: true, string: &stringRule{max: math.MaxInt}, number: newNumberRule()}
	n.array = &arrayRule{items: n, max: math.MaxInt}
	n.object = &objectRule{additional: n, max: math.MaxInt}
	return n
}()

// minLen returns a lower bound for the length of a text that the node allows. It
// limits how many items an array of a known length can have.
func (n *node) minLen() int {
	switch {
	case n.allowNull || n.allowTrue || n.allowFalse || n.number != nil:
		return 1
	case n.string != nil:
		return 2 + n.string.min
	default:
		return 2
	}
}
