package fastpath

import (
	"math"
	"unicode/utf8"

	"github.com/getkin/kin-openapi/openapi3"
)

// A Direction is which way a message goes: readOnly members have no place in a
// request, writeOnly ones none in a response.
type Direction uint8

// The directions.
const (
	Request Direction = iota
	Response
)

// A Program is one compiled schema. It is safe for concurrent use. A nil one
// doubts everything.
type Program struct {
	root  *node
	plain string // the type of a parameter whose text is the value, else ""
}

// Compile returns nil where every value of the schema needs kin-openapi. The
// schema must be part of a document that kin-openapi found valid.
func Compile(schema *openapi3.Schema, d Direction) *Program {
	if schema == nil {
		return nil
	}
	root := newCompiler(d).node(schema)
	if root.doubts() {
		return nil
	}
	return &Program{root: root, plain: plainType(schema)}
}

// plainType names the type of a schema that kin-openapi parses a parameter by
// without looking further.
func plainType(schema *openapi3.Schema) string {
	if !schema.Type.IsSingle() || len(schema.AllOf) > 0 {
		return ""
	}
	switch t := (*schema.Type)[0]; t {
	case openapi3.TypeString, openapi3.TypeInteger, openapi3.TypeNumber, openapi3.TypeBoolean:
		return t
	}
	return ""
}

// JSON tells whether text is one JSON text that is accepted.
func (p *Program) JSON(text []byte) bool {
	return p != nil && run(text, p.root)
}

// JSONString is JSON over a string.
func (p *Program) JSONString(text string) bool {
	return p != nil && run(text, p.root)
}

func run[T chars](text T, root *node) bool {
	if len(text) > math.MaxInt32 { // a span's places
		return false
	}
	s := scan[T]{text: text}
	return s.whole(root, nil, noValue)
}

// Text tells whether a parameter's decoded value is accepted, sent in style
// simple or form: a string is as it stands, other types as JSON writes them. The
// empty value, of which kin-openapi thinks differently from place to place, is
// doubted.
func (p *Program) Text(value string) bool {
	if p == nil || value == "" || len(value) > math.MaxInt32 {
		return false
	}
	switch p.plain {
	case openapi3.TypeString:
		return p.root.text != nil && utf8.ValidString(value) && p.root.text.fits(value, utf8.RuneCountInString(value))
	case openapi3.TypeInteger, openapi3.TypeNumber:
		s := scan[string]{text: value}
		return p.root.number != nil && s.number(p.root.number, 0, nil, noValue) == len(value)
	case openapi3.TypeBoolean:
		return value == "true" && p.root.yes || value == "false" && p.root.no
	}
	return false
}
