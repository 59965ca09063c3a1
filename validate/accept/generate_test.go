package accept_test

import (
	"encoding/json"
	"fmt"
	"maps"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// A generator makes random schemas, documents that mostly fit them, and Go types
// to bind these to. It is the same for the same seed.
type generator struct {
	*rand.Rand
	open    []*openapi3.Schema // objects that are being made, to refer back to
	covered bool               // nothing that always doubts was made
	plain   bool               // documents without escapes, white space and oddities
}

func newGenerator(seed, which uint64) *generator {
	return &generator{Rand: rand.New(rand.NewPCG(seed, which)), covered: true}
}

func (g *generator) chance(percent int) bool { return g.IntN(100) < percent }

func pick[T any](g *generator, from ...T) T { return from[g.IntN(len(from))] }

func ptr[T any](v T) *T { return &v }

// patterns have examples that match, among which those of formats, too.
var patterns = map[string][]string{
	`^[A-Za-z0-9_-]{1,8}$`:     {"a", "node_1-x", "ZZ9"},
	`^([0-9]{1,3}\.){3}[0-9]+`: {"10.0.0.1", "1.2.3.4:99"},
	`[0-9]+`:                   {"7", "a12b", "é3"},
	`^[^<>]*$`:                 {"", "plain", "größer", "a b"},
	`(?i)^(on|off)$`:           {"on", "OFF"},
	`\bword\b`:                 {"word", "a word here"},
	`^$|^x+y?$`:                {"", "xx", "xy"},
	`.`:                        {"x", "1"},
	`\u0041$`:                  {"A", "bA"},
}

var formats = map[string][]string{
	"date":      {"2024-02-29", "1999-12-31", "2000-02-29"},
	"date-time": {"2024-02-29T23:59:60Z", "2023-01-31T00:00:00.123+01:00"},
	"byte":      {"", "aGVsbG8=", "_-+/"},
	"email":     {"a@b", "not one"},
	"uuid":      {"of any form"},
}

var memberNames = []string{"a", "b", "id", "name", "count", "flag", "items", "Name", "émile", "k", "with space", "zz"}

func (g *generator) schema(depth int) *openapi3.Schema {
	s := &openapi3.Schema{Nullable: g.chance(15)}
	if g.chance(4) {
		g.odd(s)
	}
	kinds := []string{"string", "string", "integer", "number", "boolean"}
	if depth > 0 {
		kinds = append(kinds, "object", "object", "object", "array", "array")
	}
	kind := pick(g, kinds...)
	if !g.chance(8) {
		s.Type = &openapi3.Types{kind}
	}
	switch kind {
	case "string":
		g.stringSchema(s)
	case "integer", "number":
		g.numberSchema(s, kind)
	case "boolean":
		if g.chance(20) {
			s.Enum = []any{true}
		}
	case "array":
		g.arraySchema(s, depth)
	case "object":
		g.objectSchema(s, depth)
		if g.chance(10) {
			return g.allOf(s, depth)
		}
	}
	return s
}

// odd adds what always doubts.
func (g *generator) odd(s *openapi3.Schema) {
	g.covered = false
	switch g.IntN(5) {
	case 0:
		s.OneOf = openapi3.SchemaRefs{{Value: &openapi3.Schema{Type: &openapi3.Types{"string"}}}, {Value: &openapi3.Schema{Type: &openapi3.Types{"integer"}}}}
	case 1:
		s.AnyOf = openapi3.SchemaRefs{{Value: &openapi3.Schema{MinLength: 3}}}
	case 2:
		s.Not = &openapi3.SchemaRef{Value: &openapi3.Schema{Type: &openapi3.Types{"string"}, Enum: []any{"a", "on"}}}
	case 3:
		s.UniqueItems = true
	case 4:
		s.MultipleOf = ptr(0.1)
	}
}

func (g *generator) stringSchema(s *openapi3.Schema) {
	switch g.IntN(6) {
	case 0:
		s.Enum = []any{"red", "grün", "on", "a\"b"}
		if g.chance(30) {
			s.Enum = []any{"only"}
		}
	case 1, 2:
		s.Pattern = pick(g, slices.Sorted(maps.Keys(patterns))...)
	case 3:
		s.Format = pick(g, slices.Sorted(maps.Keys(formats))...)
	}
	if g.chance(30) {
		s.MinLength = uint64(g.IntN(4))
		s.MaxLength = ptr(s.MinLength + uint64(g.IntN(20)))
	}
}

func (g *generator) numberSchema(s *openapi3.Schema, kind string) {
	if kind == "integer" {
		s.Format = pick(g, "", "", "int32", "int64", "uint8")
	} else {
		s.Format = pick(g, "", "", "double", "float", "int64")
	}
	if g.chance(30) {
		s.Min = ptr(float64(g.IntN(20)-10) / pick(g, 1.0, 2, 10))
		s.ExclusiveMin.Bool = pick(g, nil, ptr(true), ptr(false))
	}
	if g.chance(30) {
		s.Max = ptr(float64(g.IntN(200)) / pick(g, 1.0, 2, 10))
		s.ExclusiveMax.Bool = pick(g, nil, ptr(true), ptr(false))
	}
	if g.chance(10) {
		s.MultipleOf = ptr(float64(1 + g.IntN(4)))
	}
	if g.chance(10) {
		s.Enum = []any{float64(1), float64(2), 2.5, "3", nil, true}
	}
}

func (g *generator) arraySchema(s *openapi3.Schema, depth int) {
	if s.Items = (&openapi3.SchemaRef{Value: g.schema(depth - 1)}); g.chance(5) {
		s.Items = &openapi3.SchemaRef{Value: &openapi3.Schema{}}
	}
	if len(g.open) > 0 && g.chance(10) {
		s.Items = again(pick(g, g.open...))
	}
	if g.chance(30) {
		s.MinItems = uint64(g.IntN(3))
		s.MaxItems = ptr(s.MinItems + uint64(g.IntN(6)))
	}
}

func (g *generator) objectSchema(s *openapi3.Schema, depth int) {
	g.open = append(g.open, s)
	defer func() { g.open = g.open[:len(g.open)-1] }()
	s.Properties = openapi3.Schemas{}
	for range g.IntN(6) {
		name := pick(g, memberNames...)
		member := g.schema(depth - 1)
		switch {
		case g.chance(4):
			s.Properties[name] = again(pick(g, g.open...))
			continue
		case g.chance(4) && member.Type != nil:
			member.ReadOnly, g.covered = true, false
		case g.chance(4):
			member.WriteOnly, g.covered = true, false
		}
		s.Properties[name] = &openapi3.SchemaRef{Value: member}
		if g.chance(40) && !slices.Contains(s.Required, name) {
			s.Required = append(s.Required, name)
		}
	}
	if g.chance(5) && s.Properties["more"] == nil {
		s.Required = append(s.Required, pick(g, "more", "NAME"))
		g.covered = false
	}
	switch g.IntN(4) {
	case 0, 1:
		s.AdditionalProperties.Has = ptr(false)
	case 2:
		s.AdditionalProperties.Schema = &openapi3.SchemaRef{Value: g.schema(depth - 1)}
	}
	if g.chance(10) {
		s.MinProps, s.MaxProps = uint64(g.IntN(2)), ptr(uint64(2+g.IntN(6)))
	}
}

// again refers to a schema from within; it has a name, or it would be written
// without end.
func again(s *openapi3.Schema) *openapi3.SchemaRef {
	return &openapi3.SchemaRef{Ref: "#/components/schemas/Again", Value: s}
}

// allOf spreads an object over parts, with members that two of them look at.
func (g *generator) allOf(s *openapi3.Schema, depth int) *openapi3.Schema {
	g.covered = false
	parent := &openapi3.Schema{Nullable: g.chance(20)}
	other := &openapi3.Schema{Type: pick(g, nil, &openapi3.Types{"object"}), Nullable: g.chance(50)}
	if s.AdditionalProperties.Schema != nil || g.chance(80) {
		s.AdditionalProperties = openapi3.AdditionalProperties{}
	}
	g.objectSchema(other, depth)
	if g.chance(80) {
		other.AdditionalProperties = openapi3.AdditionalProperties{}
	}
	parent.AllOf = openapi3.SchemaRefs{{Value: s}, {Value: other}}
	if g.chance(20) {
		parent.AllOf = append(parent.AllOf, again(parent))
	}
	if g.chance(30) {
		parent.Required = []string{pick(g, memberNames...)}
	}
	return parent
}

// document writes a JSON text that mostly fits.
func (g *generator) document(s *openapi3.Schema, depth int) string {
	if s.Nullable && g.chance(20) || !g.plain && g.chance(1) {
		return "null"
	}
	if !g.plain && g.chance(2) {
		return g.anything(2)
	}
	if len(s.AllOf) > 0 {
		return g.parts(s, depth)
	}
	if len(s.Enum) > 0 && !g.chance(3) {
		text, _ := json.Marshal(pick(g, s.Enum...))
		return string(text)
	}
	kind := pick(g, "string", "integer", "array", "object")
	if s.Type != nil {
		kind = (*s.Type)[0]
	}
	switch kind {
	case "string":
		return g.quote(g.word(s))
	case "integer":
		return g.integer(s)
	case "number":
		if g.chance(50) {
			return g.integer(s)
		}
		return g.fraction(s)
	case "boolean":
		return pick(g, "true", "false")
	case "array":
		return g.arrayText(s, depth)
	default:
		return g.objectText(s.Properties, s, depth)
	}
}

func (g *generator) parts(s *openapi3.Schema, depth int) string {
	members := openapi3.Schemas{}
	for _, ref := range s.AllOf {
		maps.Copy(members, ref.Value.Properties)
	}
	return g.objectText(members, s.AllOf[0].Value, depth)
}

func (g *generator) word(s *openapi3.Schema) string {
	word := pick(g, "", "x", "ab", "hello", "grün", "日本", "😀", "a,b]", `q"q\`, "line\nline", "0123456789")
	if examples := patterns[s.Pattern]; examples != nil && !g.chance(5) {
		word = pick(g, examples...)
	} else if examples := formats[s.Format]; examples != nil && !g.chance(5) {
		word = pick(g, examples...)
	}
	for g.plain && s.Pattern == "" && len([]rune(word)) < int(s.MinLength) {
		word += "y"
	}
	return word
}

// quote writes a string as some encoder may.
func (g *generator) quote(word string) string {
	if g.plain || g.chance(80) {
		var b strings.Builder
		enc := json.NewEncoder(&b)
		enc.SetEscapeHTML(false)
		_ = enc.Encode(word)
		return strings.TrimSpace(b.String())
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range word {
		switch {
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04X`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		case g.chance(60):
			fmt.Fprintf(&b, `\u%04x`, r)
		case r == '/':
			b.WriteString(`\/`)
		case r < ' ' || r == '"' || r == '\\':
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String() + `"`
}

func (g *generator) integer(s *openapi3.Schema) string {
	if !g.plain && g.chance(10) {
		return pick(g, "0", "-0", "9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808", "2147483648", "-2147483648", "1.0", "1e2", "123456789012345")
	}
	n := g.IntN(300) - 100
	if s.Min != nil {
		n = int(*s.Min) + g.IntN(20)
	}
	if s.MultipleOf != nil && *s.MultipleOf >= 1 {
		n -= n % int(*s.MultipleOf)
	}
	if g.plain && n == 0 {
		return "0"
	}
	return fmt.Sprint(n)
}

func (g *generator) fraction(s *openapi3.Schema) string {
	if !g.plain && g.chance(20) {
		return pick(g, "0.0", "-0.0", "0.1", "0.30000000000000004", "1e400", "1e-400", "1.5E+3", "2.50", "123456789.123456789", "5e-324", "0e5")
	}
	low := -5.0
	if s.Min != nil {
		low = *s.Min
	}
	text, _ := json.Marshal(low + g.Float64()*20)
	return string(text)
}

func (g *generator) space() string {
	if g.plain || !g.chance(10) {
		return ""
	}
	return pick(g, " ", "\n\t", "\r\n  ")
}

func (g *generator) arrayText(s *openapi3.Schema, depth int) string {
	items := make([]string, int(s.MinItems)+g.IntN(5))
	for i := range items {
		if items[i] = "1"; depth > 0 && s.Items != nil {
			items[i] = g.space() + g.document(s.Items.Value, depth-1) + g.space()
		}
	}
	return "[" + strings.Join(items, ",") + "]"
}

func (g *generator) objectText(members openapi3.Schemas, s *openapi3.Schema, depth int) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if member := members[name].Value; !slices.Contains(s.Required, name) && g.chance(40) || depth <= 0 && !slices.Contains(s.Required, name) || member.ReadOnly && g.chance(90) || depth < -6 {
			continue
		}
		all = append(all, g.quoteName(name)+g.space()+":"+g.space()+g.document(members[name].Value, depth-1)+g.space())
	}
	if a := s.AdditionalProperties; depth > -4 && (a.Has == nil || *a.Has) && g.chance(40) {
		for _, name := range []string{"x1", "x2", "x3", pick(g, "é", "ID", "x1", "more", "nested")} {
			if a.Schema != nil {
				all = append(all, g.quoteName(name)+":"+g.document(a.Schema.Value, depth-1))
			} else {
				all = append(all, g.quoteName(name)+":"+g.anything(2))
			}
		}
	}
	if g.chance(40) {
		g.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	return "{" + strings.Join(all, ",") + "}"
}

func (g *generator) quoteName(name string) string {
	if g.plain || g.chance(97) {
		return `"` + name + `"`
	}
	return g.quote(name)
}

func (g *generator) anything(depth int) string {
	if depth == 0 || g.chance(60) {
		return pick(g, "null", "true", "false", "0", "-1.5", `"text"`, `""`, "[]", "{}", "12")
	}
	if g.chance(50) {
		return "[" + g.anything(depth-1) + "," + g.anything(depth-1) + "]"
	}
	return `{"u":` + g.anything(depth-1) + `,"v":` + g.anything(depth-1) + "}"
}

// mutate breaks a text somewhere.
func (g *generator) mutate(text string) string {
	b := []byte(text)
	for range 1 + g.IntN(2) {
		if len(b) == 0 {
			return " "
		}
		i := g.IntN(len(b))
		switch g.IntN(5) {
		case 0:
			b[i] ^= 1 << g.IntN(8)
		case 1:
			b = slices.Delete(b, i, i+1)
		case 2:
			b = slices.Insert(b, i, []byte(pick(g, `"`, `\`, ",", "]", "}", "0", "-", "e", ".", " ", "\x00", "\xff", "é", `\u0000`, `\ud800`, "null", `"a":1,`, "[", "{"))...)
		case 3: // repeat a piece
			j := min(len(b), i+1+g.IntN(12))
			b = slices.Insert(b, j, slices.Clone(b[i:j])...)
		case 4: // the case of a letter
			for j := i; j < len(b); j++ {
				if c := b[j] | 0x20; 'a' <= c && c <= 'z' {
					b[j] ^= 0x20
					break
				}
			}
		}
	}
	return string(b)
}

// goType makes a type to bind a schema's values to, or one that does not quite
// fit.
func (g *generator) goType(s *openapi3.Schema, depth int) reflect.Type {
	t := g.baseType(s, depth)
	if s.Nullable || g.chance(10) {
		t = reflect.PointerTo(t)
	}
	return t
}

type named string

func (g *generator) baseType(s *openapi3.Schema, depth int) reflect.Type {
	if depth < 0 || g.chance(1) {
		return pick(g, reflect.TypeFor[any](), reflect.TypeFor[string](), reflect.TypeFor[float32]())
	}
	if len(s.AllOf) > 0 {
		return g.structType(s.AllOf[0].Value, depth)
	}
	switch kind := s.Type.Slice(); {
	case len(kind) == 0:
		return pick(g, reflect.TypeFor[string](), reflect.TypeFor[int](), reflect.TypeFor[[]string]())
	case kind[0] == "string":
		return pick(g, reflect.TypeFor[string](), reflect.TypeFor[string](), reflect.TypeFor[named]())
	case kind[0] == "integer":
		return pick(g, reflect.TypeFor[int](), reflect.TypeFor[int64](), reflect.TypeFor[int8](), reflect.TypeFor[uint16](), reflect.TypeFor[float64]())
	case kind[0] == "number":
		return pick(g, reflect.TypeFor[float64](), reflect.TypeFor[float64](), reflect.TypeFor[float32](), reflect.TypeFor[int]())
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
		if g.chance(5) {
			continue
		}
		tag := name
		if g.chance(30) {
			tag += ",omitempty"
		}
		if g.chance(1) {
			tag = strings.ToUpper(tag)
		}
		fields = append(fields, reflect.StructField{
			Name: fmt.Sprintf("F%d", len(fields)), Type: g.goType(s.Properties[name].Value, depth-1),
			Tag: reflect.StructTag(fmt.Sprintf(`json:%q`, tag)),
		})
	}
	if g.chance(10) {
		fields = append(fields, reflect.StructField{Name: "X1", Type: reflect.TypeFor[int]()})
	}
	return reflect.StructOf(fields)
}
