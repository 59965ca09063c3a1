package validate_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A hostile shape is a schema and bodies of n bytes or so that are meant to make
// much work of it.
type hostileShape struct {
	schema string // YAML, in one line; {$ref: "#/components/schemas/Node"} is the second
	node   string
	media  string // default: application/json
	body   func(n int) string
	good   bool // it is allowed
}

func hostileShapes() map[string]hostileShape {
	return map[string]hostileShape{
		"members that are not declared":         {schema: `{type: object, additionalProperties: false, properties: {a: {type: string}}}`, body: members(`"u%07d":1`)},
		"members that are free":                 {schema: `{type: object, properties: {a: {type: string}}}`, body: members(`"u%07d":1`), good: true},
		"members in no order":                   {schema: `{type: object, properties: {a: {type: string}}}`, body: shuffled(`"u%07d":1`), good: true},
		"members with escapes":                  {schema: `{type: object, properties: {a: {type: string}}}`, body: members(`"\u0061%07d":1`), good: true},
		"members of a wrong type":               {schema: `{type: object, additionalProperties: {type: string}}`, body: members(`"u%07d":1`)},
		"members of folded names":               {schema: `{type: object, properties: {a: {type: string}}}`, body: members(`"ſ%07d":1`), good: true},
		"members that many alternatives refuse": {schema: `{anyOf: [{type: object, maxProperties: 3}, {type: object, additionalProperties: {type: string}}, {type: object, properties: {a: {type: string}}, additionalProperties: false}]}`, body: members(`"u%07d":1`)},
		"one member twice at the end":           {schema: `{type: object}`, body: func(n int) string { return strings.TrimSuffix(members(`"u%07d":1`)(n), "}") + `,"u0000000":1}` }},
		"many small objects":                    {schema: `{type: array, items: {type: object, required: [a], additionalProperties: false, properties: {a: {type: string}}}}`, body: items(`{"b":1}`)},
		"many small objects with 40 members":    {schema: `{type: array, items: {type: object}}`, body: items(`{` + strings.TrimSuffix(forty(), ",") + `}`), good: true},
		"too many members":                      {schema: `{type: object, maxProperties: 10}`, body: members(`"u%07d":1`)},
		"texts without their pattern":           {schema: `{type: array, items: {type: string, pattern: '^[0-9]+$'}}`, body: items(`"x"`)},
		"good texts and a bad one at the end":   {schema: `{type: array, items: {type: string, pattern: '^[a-z]+$'}}`, body: func(n int) string { return strings.TrimSuffix(items(`"x"`)(n), "]") + `,"0"]` }},
		"texts whose pattern has no automaton":  {schema: `{type: array, items: {type: string, pattern: '\bword\b'}}`, body: items(`"x"`)},
		"texts of a wrong format":               {schema: `{type: array, items: {type: string, format: date-time}}`, body: items(`"x"`)},
		"texts with escapes":                    {schema: `{type: array, items: {type: string, pattern: '^[a-z]+$'}}`, body: items(`"\u0061"`), good: true},
		"texts that are in no enum":             {schema: `{type: array, items: {type: string, enum: [` + many("e%d", 500) + `]}}`, body: items(`"x"`)},
		"numbers where texts are wanted":        {schema: `{type: array, items: {type: string}}`, body: items(`1`)},
		"numbers that are too large":            {schema: `{type: array, items: {type: integer, maximum: 0}}`, body: items(`1`)},
		"numbers that are no multiple":          {schema: `{type: array, items: {type: number, multipleOf: 0.3}}`, body: items(`1`)},
		"multiples of a fraction":               {schema: `{type: array, items: {type: number, multipleOf: 0.5}}`, body: items(`1`), good: true},
		"too many items":                        {schema: `{type: array, maxItems: 10, items: {type: string}}`, body: items(`1`)},
		"nulls":                                 {schema: `{type: array, items: {type: string}}`, body: items(`null`)},
		"wrong items deep inside":               {schema: `{type: object, properties: {a: {type: object, properties: {b: {type: array, items: {type: object, properties: {c: {type: string}}}}}}}}`, body: around(`{"a":{"b":`, items(`{"c":1}`), `}}`)},
		"wrong items in an anyOf":               {schema: `{anyOf: [{type: array, items: {type: string}}, {type: array, items: {type: boolean}}]}`, body: items(`1`)},
		"items that are each an anyOf":          {schema: `{type: array, items: {anyOf: [{type: string, pattern: '^a'}, {type: string, pattern: '^b'}]}}`, body: items(`"b"`), good: true},
		"bad items that are each a oneOf":       {schema: `{type: array, items: {oneOf: [{type: string, pattern: '^a'}, {type: string, pattern: '^b'}]}}`, body: items(`"c"`)},
		"good items that are each a oneOf":      {schema: `{type: array, items: {oneOf: [{type: string, pattern: '^a'}, {type: string, pattern: '^b'}]}}`, body: items(`"b"`), good: true},
		"not a list of numbers":                 {schema: `{not: {type: array, items: {type: number}}}`, body: items(`1`)},
		"an allOf of lists":                     {schema: `{allOf: [{type: array, items: {type: string}}, {type: array, items: {type: boolean}}]}`, body: items(`1`)},
		"unique numbers":                        {schema: `{type: array, uniqueItems: true, items: {}}`, body: numbered(`%d`), good: true},
		"unique objects":                        {schema: `{type: array, uniqueItems: true, items: {}}`, body: numbered(`{"a":%d,"b":[1]}`), good: true},
		"a number twice":                        {schema: `{type: array, uniqueItems: true, items: {}}`, body: func(n int) string { return strings.TrimSuffix(numbered(`%d`)(n), "]") + `,0]` }},
		"enum of lists":                         {schema: `{enum: [[1, 2], [1, 3]]}`, body: items(`1`)},
		"a discriminator at the end":            {schema: `{oneOf: [{$ref: "#/components/schemas/Node"}], discriminator: {propertyName: kind, mapping: {node: "#/components/schemas/Node"}}}`, node: `{type: object, properties: {kind: {type: string}, list: {type: array, items: {type: string}}}}`, body: around(`{"list":`, items(`1`), `,"kind":"node"}`)},
		"nested oneOf, each level once":         {schema: nodes, node: `{oneOf: [{type: object, properties: {n: ` + node + `}}]}`, body: nests(`{"n":`, `1`, `}`, 60)},
		"nested oneOf of three":                 {schema: nodes, node: `{oneOf: [{type: object, required: [x], properties: {n: ` + node + `}}, {type: object, required: [y], properties: {n: ` + node + `}}, {type: object, properties: {n: ` + node + `}}]}`, body: nests(`{"n":`, `1`, `}`, 60)},
		"nested anyOf of three, good":           {schema: nodes, node: `{anyOf: [{type: object, required: [x], properties: {n: ` + node + `}}, {type: object, required: [y], properties: {n: ` + node + `}}, {type: object, properties: {n: ` + node + `}}]}`, body: nests(`{"n":`, `{}`, `}`, 60), good: true},
		"nested allOf of two":                   {schema: nodes, node: `{allOf: [{type: object, properties: {n: ` + node + `}}, {type: object, properties: {n: ` + node + `}}]}`, body: nests(`{"n":`, `1`, `}`, 60)},
		"nested not":                            {schema: nodes, node: `{type: object, not: {type: object, properties: {n: ` + node + `}, required: [n]}}`, body: nests(`{"n":`, `{}`, `}`, 60), good: true},
		"nested lists of anyOf":                 {schema: node, node: `{anyOf: [{type: array, maxItems: 1, items: ` + node + `}, {type: array, items: ` + node + `}, {type: string}]}`, body: nests(`["a","b",`, `1`, `]`, 60)},
		"nested lists":                          {schema: `{type: array, items: {}}`, body: nests(`[`, `1`, `]`, 60), good: true},
		"too deep":                              {schema: `{type: array, items: {}}`, body: func(n int) string { return strings.Repeat("[", n) }},
		"a long text":                           {schema: `{type: string, pattern: '^(a|b|ab)*c$'}`, body: around(`"`, func(n int) string { return strings.Repeat("ab", n/2) }, `"`)},
		"a long text that is too long":          {schema: `{type: string, maxLength: 10}`, body: around(`"`, func(n int) string { return strings.Repeat("a", n) }, `"`)},
		"a long number":                         {schema: `{type: number}`, body: func(n int) string { return "0." + strings.Repeat("0", n) + "1" }},
		"white space":                           {schema: `{type: string}`, body: func(n int) string { return strings.Repeat(" ", n) + "1" }},
		"a form of many fields":                 {media: "application/x-www-form-urlencoded", schema: form, body: joined("a=1&", "a=1")},
		"a form of one list":                    {media: "application/x-www-form-urlencoded", schema: form, body: joined("l=x&", "l=x")},
		"a form of one text":                    {media: "application/x-www-form-urlencoded", schema: form, body: joined("x", "&t=x")},
		"parts that are wrong":                  {media: "multipart/form-data; boundary=b", schema: form, body: joined("--b\r\nContent-Disposition: form-data; name=l\r\n\r\nx\r\n", "--b--\r\n")},
		"parts that are good":                   {media: "multipart/form-data; boundary=b", schema: form, body: joined("--b\r\nContent-Disposition: form-data; name=l\r\n\r\n1\r\n", "--b--\r\n"), good: true},
		"a part that is a file":                 {media: "multipart/form-data; boundary=b", schema: form, body: around("--b\r\nContent-Disposition: form-data; name=f\r\n\r\n", func(n int) string { return strings.Repeat("x", n) }, "\r\n--b--\r\n"), good: true},
		"a part that is a list":                 {media: "multipart/form-data; boundary=b", schema: form, body: around("--b\r\nContent-Disposition: form-data; name=o\r\nContent-Type: application/json\r\n\r\n", items("1"), "\r\n--b--\r\n")},
		"YAML of many items":                    {media: "application/yaml", schema: `{type: array, items: {type: string}}`, body: joined("- 1\n", "")},
		"YAML of aliases":                       {media: "application/yaml", schema: `{type: array, items: {type: string}}`, body: joined("- &a [*a,*a]\n", "")},
		"YAML that is deep":                     {media: "application/yaml", schema: `{type: array, items: {type: string}}`, body: joined("[", "")},
		"a text":                                {media: "text/plain", schema: `{type: string, maxLength: 3}`, body: joined("abc\n", "")},
		"CSV of many fields":                    {media: "text/csv", schema: `{type: string, maxLength: 3}`, body: joined(",", "")},
		"CSV of many lines":                     {media: "text/csv", schema: `{type: string, maxLength: 3}`, body: joined("a\n", "")},
	}
}

const (
	node  = `{$ref: "#/components/schemas/Node"}`
	nodes = `{type: array, items: ` + node + `}`
	form  = `{type: object, additionalProperties: false, properties: {a: {type: integer}, t: {type: integer}, l: {type: array, items: {type: integer}}, f: {type: string, format: binary}, o: {type: object, properties: {x: {type: string}}}}}`
)

func (s *hostileShape) contract() string {
	media, second := s.media, s.node
	if media == "" {
		media = "application/json"
	}
	if second == "" {
		second = `{type: object}`
	}
	media, _, _ = strings.Cut(media, ";")
	return `
openapi: 3.0.3
info: {title: hostile, version: "1"}
paths:
  /x:
    post:
      requestBody: {content: {` + media + `: {schema: ` + s.schema + `}}}
      responses:
        "200": {description: the same, content: {` + media + `: {schema: ` + s.schema + `}}}
        "204": {description: nothing}
components: {schemas: {Node: ` + second + `}}
`
}

func (s *hostileShape) contentType() string {
	if s.media == "" {
		return "application/json"
	}
	return s.media
}

func members(format string) func(int) string {
	return func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, ","+format, i)
		}
		return "{" + b.String()[1:] + "}"
	}
}

func shuffled(format string) func(int) string {
	return func(n int) string {
		count := n / (len(fmt.Sprintf(format, 0)) + 1)
		var b strings.Builder
		for _, i := range rand.New(rand.NewPCG(1, 1)).Perm(count) {
			fmt.Fprintf(&b, ","+format, i)
		}
		return "{" + b.String()[1:] + "}"
	}
}

func items(one string) func(int) string {
	return func(n int) string {
		return "[" + strings.Repeat(one+",", n/(len(one)+1)) + one + "]"
	}
}

func numbered(format string) func(int) string {
	return func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, ","+format, i)
		}
		return "[" + b.String()[1:] + "]"
	}
}

func around(before string, body func(int) string, after string) func(int) string {
	return func(n int) string { return before + body(n) + after }
}

// nests are lists of values that are each so deep.
func nests(open, inner, closing string, depth int) func(int) string {
	return items(strings.Repeat(open, depth) + inner + strings.Repeat(closing, depth))
}

func joined(one, end string) func(int) string {
	return func(n int) string { return strings.Repeat(one, n/len(one)) + end }
}

func many(format string, n int) string {
	var list []string
	for i := range n {
		list = append(list, fmt.Sprintf(format, i))
	}
	return strings.Join(list, ", ")
}

func forty() string {
	var b strings.Builder
	for i := range 40 {
		fmt.Fprintf(&b, `"m%d":%d,`, i*7%40, i)
	}
	return b.String()
}
