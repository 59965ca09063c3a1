package schematest

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// Document makes a JSON text that mostly fits the schema.
func (g *Generator) Document(s *openapi3.Schema, depth int) string {
	if s.Nullable && g.Chance(20) || !g.Plain && g.Chance(1) {
		return "null"
	}
	if !g.Plain && g.Chance(2) {
		return g.anything(2)
	}
	if len(s.AllOf) > 0 {
		return g.parts(s, depth)
	}
	if len(s.Enum) > 0 && !g.Chance(3) {
		text, _ := json.Marshal(Pick(g, s.Enum...))
		return string(text)
	}
	kind := Pick(g, "string", "integer", "array", "object")
	if s.Type != nil {
		kind = (*s.Type)[0]
	}
	switch kind {
	case "string":
		return g.quote(g.Word(s))
	case "integer":
		return g.Integer(s)
	case "number":
		if g.Chance(50) {
			return g.Integer(s)
		}
		return g.Fraction(s)
	case "boolean":
		return Pick(g, "true", "false")
	case "array":
		return g.arrayText(s, depth)
	default:
		return g.objectText(s.Properties, s, depth)
	}
}

// parts makes an object for a schema with allOf.
func (g *Generator) parts(s *openapi3.Schema, depth int) string {
	members := openapi3.Schemas{}
	for _, ref := range s.AllOf {
		maps.Copy(members, ref.Value.Properties)
	}
	return g.objectText(members, s.AllOf[0].Value, depth)
}

// Word makes a string that mostly fits the schema.
func (g *Generator) Word(s *openapi3.Schema) string {
	word := Pick(g, "", "x", "ab", "hello", "grün", "日本", "😀", "a,b]", `q"q\`, "line\nline", "0123456789")
	if examples := patterns[s.Pattern]; examples != nil && !g.Chance(5) {
		word = Pick(g, examples...)
	} else if examples := formats[s.Format]; examples != nil && !g.Chance(5) {
		word = Pick(g, examples...)
	}
	for g.Plain && s.Pattern == "" && len([]rune(word)) < int(s.MinLength) {
		word += "y"
	}
	return word
}

// quote writes a string as one of many encoders might.
func (g *Generator) quote(word string) string {
	if g.Plain || g.Chance(80) {
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
		case g.Chance(60):
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

// Integer makes an integer that mostly fits the schema.
func (g *Generator) Integer(s *openapi3.Schema) string {
	if !g.Plain && g.Chance(10) {
		return Pick(g, "0", "-0", "9007199254740992", "9007199254740993", "9223372036854775807", "9223372036854775808", "2147483648", "-2147483648", "1.0", "1e2", "123456789012345")
	}
	n := g.IntN(300) - 100
	if s.Min != nil {
		n = int(*s.Min) + g.IntN(20)
	}
	if s.MultipleOf != nil && *s.MultipleOf >= 1 {
		n -= n % int(*s.MultipleOf)
	}
	if g.Plain && n == 0 {
		return "0"
	}
	return fmt.Sprint(n)
}

// Fraction makes a number with a fraction that mostly fits the schema.
func (g *Generator) Fraction(s *openapi3.Schema) string {
	if !g.Plain && g.Chance(20) {
		return Pick(g, "0.0", "-0.0", "0.1", "0.30000000000000004", "1e400", "1e-400", "1.5E+3", "2.50", "123456789.123456789", "5e-324", "0e5")
	}
	low := -5.0
	if s.Min != nil {
		low = *s.Min
	}
	text, _ := json.Marshal(low + g.Float64()*20)
	return string(text)
}

func (g *Generator) space() string {
	if g.Plain || !g.Chance(10) {
		return ""
	}
	return Pick(g, " ", "\n\t", "\r\n  ")
}

func (g *Generator) arrayText(s *openapi3.Schema, depth int) string {
	items := make([]string, int(s.MinItems)+g.IntN(5))
	for i := range items {
		if items[i] = "1"; depth > 0 && s.Items != nil {
			items[i] = g.space() + g.Document(s.Items.Value, depth-1) + g.space()
		}
	}
	return "[" + strings.Join(items, ",") + "]"
}

func (g *Generator) objectText(members openapi3.Schemas, s *openapi3.Schema, depth int) string {
	var all []string
	for _, name := range slices.Sorted(maps.Keys(members)) {
		if member := members[name].Value; !slices.Contains(s.Required, name) && g.Chance(40) || depth <= 0 && !slices.Contains(s.Required, name) || member.ReadOnly && g.Chance(90) || depth < -6 {
			continue
		}
		all = append(all, g.quoteName(name)+g.space()+":"+g.space()+g.Document(members[name].Value, depth-1)+g.space())
	}
	if a := s.AdditionalProperties; depth > -4 && (a.Has == nil || *a.Has) && g.Chance(40) {
		for _, name := range []string{"x1", "x2", "x3", Pick(g, "é", "ID", "x1", "more", "nested")} {
			if a.Schema != nil {
				all = append(all, g.quoteName(name)+":"+g.Document(a.Schema.Value, depth-1))
			} else {
				all = append(all, g.quoteName(name)+":"+g.anything(2))
			}
		}
	}
	if g.Chance(40) {
		g.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	}
	return "{" + strings.Join(all, ",") + "}"
}

func (g *Generator) quoteName(name string) string {
	if g.Plain || g.Chance(97) {
		return `"` + name + `"`
	}
	return g.quote(name)
}

// anything makes a value that fits no schema in particular.
func (g *Generator) anything(depth int) string {
	if depth == 0 || g.Chance(60) {
		return Pick(g, "null", "true", "false", "0", "-1.5", `"text"`, `""`, "[]", "{}", "12")
	}
	if g.Chance(50) {
		return "[" + g.anything(depth-1) + "," + g.anything(depth-1) + "]"
	}
	return `{"u":` + g.anything(depth-1) + `,"v":` + g.anything(depth-1) + "}"
}
