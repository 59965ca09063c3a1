package fastpath_test

import (
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

func readSchema(t testing.TB, text string) *openapi3.Schema {
	s := &openapi3.Schema{}
	require.NoError(t, s.UnmarshalJSON([]byte(text)))
	return s
}

// keywords are the cases of each keyword. The texts in ok are valid. Those in
// invalid and valid fall back: the reference refuses the former and accepts the
// latter.
var keywords = []struct {
	name, schema       string
	ok, invalid, valid []string
	response           bool
}{
	{name: "a type allows only its values", schema: `{"type":"string"}`,
		ok:      []string{`"a"`, `""`, ` "a"` + "\r\n\t", `"😀"`, `"\u00e9\ud83d\ude00\n\/"`},
		invalid: []string{`1`, `true`, `null`, `{}`, `[]`, ``, `"a`, `"a" "b"`, `a`}},
	{name: "every parser reads the text the same way", schema: `{}`,
		ok: []string{`[1,{"a":[]}]`, `{"a":null,"b":{"a":1}}`, `-0.5e+3`, `0`, `"é"`, `{"é":1,"è":2}`, "[ \n1\t,\r2 ]", `123456789012345`, `0.30000000000000004`, `{"b":1,"a":2}`, `{"z":{"b":1},"b":1}`},
		invalid: []string{`[1,]`, `[,1]`, `{"a":1,}`, `{"a":1,"a":2}`, `{"b":1,"a":2,"b":3}`, `{"a"}`, `{"a":1]`, `[1}`, `01`, `1.`, `.5`, `+1`, `1e`, `-`, `1e400`, `1e-400`,
			`9007199254740993`, `0.123456789012345678`, `1.2345678901234567e-2000`, `nul`, `nulll`, `True`, `"\x"`, `"\u12g4"`, `"\u0000"`, `"\ud800"`, `"\udc00"`, `"\ud800\u0041"`,
			"\"\x00\"", "\"\n\"", "\"\xff\"", "\"\xc0\x80\"", "\"\xed\xa0\x80\"", "\"\xf4\x90\x80\x80\"", "\"\xe2\x82\"", "\"\xf0\x80\x80\x80\"", "{\"\xff\":1}", "\f1", "[1,\v2]", "1\u00a0", `{} {}`, `[]]`, `1 2`, "\ufeff1",
			strings.Repeat("[", 65) + strings.Repeat("]", 65), strings.Repeat(`{"a":`, 65) + "1" + strings.Repeat("}", 65), `{"a":{"b":1,"b":2}}`, `null`},
		valid: []string{`{"\u0061":1}`, `-0`}},
	{name: "64 levels are allowed", schema: `{}`,
		ok: []string{strings.Repeat("[", 64) + strings.Repeat("]", 64), strings.Repeat(`{"a":`, 64) + "1" + strings.Repeat("}", 64)}},
	{name: "an integer has no fraction", schema: `{"type":"integer"}`,
		ok: []string{`0`, `-12`, `9007199254740992`, `-9007199254740992`}, invalid: []string{`1.5`, `"1"`, `9007199254740993`, `-9007199254740993`}, valid: []string{`1.0`, `1e2`, `-0`}},
	{name: "an int64 has 64 bits", schema: `{"type":"integer","format":"int64"}`,
		ok: []string{`9007199254740993`, `9223372036854775807`, `-9223372036854775807`}, invalid: []string{`9223372036854775808`, `18446744073709551616`, `123456789012345678901`}, valid: []string{`-9223372036854775808`}},
	{name: "an int32 has 32 bits", schema: `{"type":"integer","format":"int32"}`,
		ok: []string{`2147483647`, `-2147483648`}, invalid: []string{`2147483648`, `-2147483649`}},
	{name: "a number is any that a float64 holds", schema: `{"type":"number"}`,
		ok: []string{`1`, `1.5`, `-0.0`, `2.50`, `5e-324`, `1E+3`, `0e5`}, invalid: []string{`"1"`, `true`}},
	{name: "a bound is allowed itself", schema: `{"type":"number","minimum":1.5,"maximum":9}`,
		ok: []string{`1.5`, `9`, `9.0`, `2e0`, `1.5000000000000002`}, invalid: []string{`1.4999`, `9.0000000000000018`, `10`, `-2`, `1.4999999999999998`}},
	{name: "an exclusive bound is not allowed", schema: `{"type":"integer","minimum":0,"exclusiveMinimum":true,"maximum":10,"exclusiveMaximum":true}`,
		ok: []string{`1`, `9`}, invalid: []string{`0`, `10`, `-1`, `11`}},
	{name: "a multiple of an integer", schema: `{"type":"integer","multipleOf":3}`,
		ok: []string{`0`, `9`, `-3`}, invalid: []string{`1`, `-4`}},
	{name: "a multiple of a fraction falls back", schema: `{"type":"object","properties":{"n":{"multipleOf":0.01}}}`,
		ok: []string{`{}`}, valid: []string{`{"n":0.07}`}},
	{name: "a multiple of a fraction above one", schema: `{"type":"object","properties":{"n":{"type":"number","multipleOf":1.5}}}`, ok: []string{`{}`}, invalid: []string{`{"n":1}`}, valid: []string{`{"n":3}`}},
	{name: "an enum lists true or false", schema: `{"type":"object","properties":{"t":{"type":"boolean","enum":[true]},"f":{"type":"boolean","enum":[false]}}}`,
		ok: []string{`{"t":true,"f":false}`}, invalid: []string{`{"t":false}`, `{"f":true}`}},
	{name: "length is counted in characters", schema: `{"type":"string","minLength":2,"maxLength":3}`,
		ok: []string{`"ab"`, `"äöü"`, `"😀😀"`, `"\n\""`, `"\ud83d\ude00\u00e9a"`}, invalid: []string{`""`, `"a"`, `"abcd"`, `"😀"`, `"\u0041"`, `"\ud83d\ude00"`, `"äöüß"`}},
	{name: "a pattern matches anywhere", schema: `{"type":"string","pattern":"[0-9]+"}`,
		ok: []string{`"1"`, `"a1b"`, `"é1"`}, invalid: []string{`""`, `"a"`, `"é"`}, valid: []string{`"\u0031"`, `"1\n"`}},
	{name: "an anchor matches only at the end", schema: `{"type":"string","pattern":"^[a-z]{2,3}$","maxLength":5}`,
		ok: []string{`"ab"`, `"abc"`}, invalid: []string{`"a"`, `"abcd"`, `"ab\n"`, `" ab"`, `"ab "`, `"éb"`, "\"ab\n\""}},
	{name: "a pattern and a length both count", schema: `{"type":"string","pattern":"^[a-z]*$","minLength":2,"maxLength":3}`, ok: []string{`"ab"`, `"abc"`}, invalid: []string{`"a"`, `"abcd"`, `"a1"`}},
	{name: "a pattern does not match beyond the quote", schema: `{"type":"string","pattern":"^.*$"}`,
		ok: []string{`"a"`, `"é"`}, invalid: []string{`"a"b"`, "\"a\tb\""}, valid: []string{`"a\"b"`}},
	{name: "a pattern that Go does not know falls back", schema: `{"type":"object","properties":{"a":{"type":"string","pattern":"(?=a)"}}}`,
		ok: []string{`{}`}, invalid: []string{`{"a":"a"}`}},
	{name: "regexp matches word boundaries", schema: `{"type":"string","pattern":"\\bon\\b","maxLength":9}`,
		ok: []string{`"on"`, `"is on it"`}, invalid: []string{`"upon"`, `"is on it, too"`}},
	{name: "a pattern matches the decoded string", schema: `{"type":"string","pattern":"u0041\\b"}`, ok: []string{`"u0041"`}, invalid: []string{`"\u0041"`}},
	{name: "an enum lists decoded strings", schema: `{"type":"string","enum":["\\n","a"]}`, ok: []string{`"a"`}, invalid: []string{`"\n"`}, valid: []string{`"\\n"`}},
	{name: "an enum lists strings", schema: `{"type":"string","enum":["red","grün"]}`,
		ok: []string{`"red"`, `"grün"`}, invalid: []string{`"Red"`, `"re"`, `"redd"`, `""`}, valid: []string{`"\u0072ed"`}},
	{name: "an enum lists values of any type", schema: `{"enum":[1,2.5,"x",true,null]}`,
		ok: []string{`1`, `1.0`, `2.5`, `"x"`, `true`}, invalid: []string{`2`, `"1"`, `false`, `null`, `[]`, `{}`}},
	{name: "an array falls back if there is an enum", schema: `{"enum":[[1],"x"]}`, ok: []string{`"x"`}, invalid: []string{`[2]`}, valid: []string{`[1]`}},
	{name: "nullable allows null in spite of an enum", schema: `{"type":"string","nullable":true,"enum":["a"]}`, ok: []string{`null`, `"a"`}, invalid: []string{`"null"`}},
	{name: "an empty schema does not allow null", schema: `{"type":"array","items":{}}`, ok: []string{`[1,"a",{"b":null}]`}, invalid: []string{`[null]`}},
	{name: "a date is a day of its month", schema: `{"type":"string","format":"date"}`,
		ok: []string{`"2024-02-29"`, `"2000-02-29"`, `"0000-02-29"`, `"1999-12-31"`}, invalid: []string{`"2023-02-29"`, `"1900-02-29"`, `"2024-04-31"`, `"2024-13-01"`, `"2024-1-01"`, `"2024-02-29 "`, `""`}},
	{name: "a date-time is RFC 3339's", schema: `{"type":"string","format":"date-time"}`,
		ok: []string{`"2024-02-29T23:59:60Z"`, `"2024-01-31T00:00:00.5+01:00"`}, invalid: []string{`"2023-02-29T00:00:00Z"`, `"2024-01-01T24:00:00Z"`, `"2024-01-01t00:00:00Z"`, `"2024-01-01T00:00:00"`}},
	{name: "a byte is base64", schema: `{"type":"string","format":"byte"}`, ok: []string{`""`, `"aGk="`}, invalid: []string{`"a b"`, `"é"`}},
	{name: "formats that are not registered allow everything", schema: `{"type":"string","format":"uuid"}`, ok: []string{`"any"`}},
	{name: "a format and a pattern both count", schema: `{"type":"string","format":"date","pattern":"^2"}`, ok: []string{`"2024-01-01"`}, invalid: []string{`"1999-01-01"`, `"2024-02-30"`, `"2"`}},
	{name: "base64 and a pattern both count", schema: `{"type":"string","format":"byte","pattern":"^a"}`, ok: []string{`"ab=="`}, invalid: []string{`"ba"`, `"a b"`}},
	{name: "a long enum is looked up", schema: `{"type":"string","enum":["a","b","c","d","e","f","g","h","i","j","k","l","m","n","o","p","q"]}`, ok: []string{`"a"`, `"q"`}, invalid: []string{`"r"`, `""`, `"ab"`}},
	{name: "an enum and a pattern both count", schema: `{"type":"string","enum":["ab","x1"],"pattern":"^[a-z]+$"}`, ok: []string{`"ab"`}, invalid: []string{`"x1"`, `"abc"`}},
	{name: "items are counted and checked", schema: `{"type":"array","minItems":1,"maxItems":2,"items":{"type":"integer","maximum":9}}`,
		ok: []string{`[1]`, `[ 1 , 9 ]`}, invalid: []string{`[]`, `[1,2,3]`, `[10]`, `["1"]`, `[1`, `[1;2]`}},
	{name: "arrays may contain arrays", schema: `{"type":"array","items":{"type":"array","minItems":1,"items":{"type":"boolean"}}}`,
		ok: []string{`[]`, `[[true],[false,true]]`}, invalid: []string{`[[]]`, `[true]`, `[[1]]`}},
	{name: "members are checked", schema: `{"type":"object","properties":{"a":{"type":"integer"},"b":{"type":"string"}}}`,
		ok:      []string{`{}`, `{"a":1,"b":"x"}`, `{"b":"x","a":1}`, `{ "a" : 1 }`, `{"c":null,"a":1}`},
		invalid: []string{`{"a":"1"}`, `{"b":1}`, `{"a":1,"a":1}`, `{"a":1,"b":"x","a":1}`, `{"A":1}`, `{"c":1,"c":2}`, `{"a":null}`, `{"a":1;"b":"x"}`, `{"a"1}`, `{"a":1 "b":"x"}`, `{a:1}`, `{`, `{"a`, `{"a":`},
		valid:   []string{`{"\u0062":"x"}`}},
	{name: "an undeclared name may not fold with a declared one", schema: `{"type":"object","properties":{"key":{},"less":{}}}`,
		ok: []string{`{"keys":1,"kez":2}`}, invalid: []string{"{\"\u212aey\":1}", "{\"le\u017fs\":1}", `{"Key":1}`, `{"keY":1}`}, valid: []string{`{"é":1}`}},
	{name: "a declared name may fold with an ASCII one", schema: `{"type":"object","properties":{"\u212aey":{},"le\u017f":{}}}`,
		ok: []string{"{\"\u212aey\":1}"}, invalid: []string{`{"key":1}`, `{"KEY":1}`, `{"les":1}`}, valid: []string{`{"other":1}`}},
	{name: "two declared names may differ by case", schema: `{"type":"object","properties":{"Key":{"type":"integer"},"key":{"type":"string"}}}`,
		ok: []string{`{"Key":1,"key":"a"}`}, invalid: []string{`{"KEY":1}`, `{"Key":"a"}`}},
	{name: "a declared name that JSON has to escape falls back", schema: `{"type":"object","properties":{"a\"b":{"type":"string"}}}`,
		invalid: []string{`{"a"b":"x"}`}, valid: []string{`{"a\"b":"x"}`}},
	{name: "a required member must be there", schema: `{"type":"object","required":["b"],"properties":{"a":{},"b":{}}}`, ok: []string{`{"b":1}`, `{"a":1,"b":2}`}, invalid: []string{`{}`, `{"a":1}`, `{"B":1}`}},
	{name: "a required member need not be declared", schema: `{"type":"object","required":["b"],"properties":{"a":{}}}`, ok: []string{`{"b":null}`, `{"a":1,"b":2}`}, invalid: []string{`{"a":1}`, `{}`}},
	{name: "a required member may be forbidden as well", schema: `{"type":"object","required":["b"],"additionalProperties":false,"properties":{"a":{}}}`, invalid: []string{`{}`, `{"a":1}`, `{"b":1}`}},
	{name: "a required name may differ from a declared one by case alone", schema: `{"type":"object","required":["KEY"],"properties":{"key":{}}}`, invalid: []string{`{}`, `{"key":1}`, `{"KEY":1}`, `{"KEY":1,"key":1}`}},
	{name: "a closed object has no undeclared members", schema: `{"type":"object","additionalProperties":false,"properties":{"a":{}}}`, ok: []string{`{}`, `{"a":1}`}, invalid: []string{`{"b":1}`, `{"a":1,"b":1}`, `{"":1}`}},
	{name: "undeclared members may have a schema", schema: `{"type":"object","additionalProperties":{"type":"integer"},"properties":{"a":{"type":"string"}}}`,
		ok: []string{`{"a":"x","b":1,"c":2}`}, invalid: []string{`{"b":"x"}`, `{"a":1}`, `{"b":1,"b":2}`, `{"c":1,"b":2,"c":3}`}},
	{name: "a discriminator without oneOf says nothing", schema: `{"type":"object","discriminator":{"propertyName":"kind","mapping":{"a":"#/a"}},"properties":{"kind":{"type":"string"}}}`, ok: []string{`{}`, `{"kind":"b"}`}},
	{name: "a bound beyond 64 bits allows nothing", schema: `{"type":"object","properties":{"a":{"type":"string","maxLength":18446744073709551615}}}`, ok: []string{`{}`}, invalid: []string{`{"a":""}`}},
	{name: "members are counted", schema: `{"type":"object","minProperties":1,"maxProperties":2}`, ok: []string{`{"a":1}`, `{"b":1,"a":2}`}, invalid: []string{`{}`, `{"a":1,"b":2,"c":3}`}},
	{name: "many undeclared members may be sorted", schema: `{"type":"object"}`, ok: []string{manyMembers(500)},
		invalid: []string{strings.Replace(manyMembers(500), `"k0400"`, `"k0399"`, 1), strings.Replace(manyMembers(90), `"k0080"`, `"k0000"`, 1)}, valid: []string{strings.Replace(manyMembers(500), `"k0400"`, `"a"`, 1)}},
	{name: "a schema without a type allows all types", schema: `{"minLength":2,"minimum":5,"minItems":1,"required":["a"],"maxProperties":1}`,
		ok: []string{`"ab"`, `5`, `[1]`, `{"a":1}`, `true`}, invalid: []string{`"a"`, `4`, `[]`, `{}`, `{"a":1,"b":1}`}},
	{name: "a readOnly member falls back in a request", schema: `{"type":"object","required":["id"],"properties":{"id":{"type":"string","readOnly":true}}}`, ok: []string{`{}`}, invalid: []string{`{"id":"a"}`}},
	{name: "a readOnly member is checked in a response", response: true, schema: `{"type":"object","required":["id"],"properties":{"id":{"type":"string","readOnly":true}}}`, ok: []string{`{"id":"a"}`}, invalid: []string{`{}`}},
	{name: "a writeOnly member falls back in a response", response: true, schema: `{"type":"object","required":["p"],"properties":{"p":{"type":"string","writeOnly":true}}}`, ok: []string{`{}`}, invalid: []string{`{"p":"a"}`}},
	{name: "allOf joins objects", schema: `{"allOf":[{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}}},{"properties":{"a":{"minimum":5},"b":{"type":"string"}}}],"required":["b"]}`,
		ok: []string{`{"a":5,"b":"x"}`, `{"a":5,"b":"x","c":1}`}, invalid: []string{`{"a":4,"b":"x"}`, `{"a":5}`, `{"b":"x"}`, `{"a":5,"b":1}`, `null`, `{"a":5,"b":"x","B":1}`}},
	{name: "allOf joins bounds", schema: `{"allOf":[{"type":"integer","minimum":1,"exclusiveMinimum":true},{"maximum":5,"exclusiveMaximum":true}]}`, ok: []string{`2`, `4`}, invalid: []string{`1`, `5`, `2.5`}},
	{name: "a member is readOnly if one part says so", schema: `{"allOf":[{"type":"object","properties":{"a":{"type":"string","readOnly":true}}},{"properties":{"a":{"minLength":1}},"required":["a"]}]}`, ok: []string{`{}`}, invalid: []string{`{"a":"x"}`}},
	{name: "nullable allows null in spite of allOf", schema: `{"nullable":true,"allOf":[{"type":"string","minLength":2}]}`, ok: []string{`null`, `"ab"`}, invalid: []string{`"a"`, `1`}},
	{name: "allOf of nullable parts allows null", schema: `{"allOf":[{"type":"string","nullable":true},{"minLength":2,"nullable":true}]}`, ok: []string{`null`, `"ab"`}, invalid: []string{`"a"`}},
	{name: "allOf with a closed part falls back", schema: `{"type":"object","properties":{"x":{"allOf":[{"properties":{"a":{}},"additionalProperties":false},{"properties":{"b":{}}}]}}}`,
		ok: []string{`{}`}, invalid: []string{`{"x":{"b":1}}`}, valid: []string{`{"x":{"a":1}}`}},
	{name: "oneOf falls back where the value is there", schema: `{"type":"object","properties":{"a":{"oneOf":[{"type":"string"},{"type":"integer"}]},"b":{"type":"string"}}}`,
		ok: []string{`{"b":"x"}`}, invalid: []string{`{"a":true}`}, valid: []string{`{"a":1}`}},
	{name: "anyOf and not fall back", schema: `{"type":"object","properties":{"a":{"anyOf":[{"type":"string"}]},"b":{"not":{"type":"string"}}}}`, ok: []string{`{}`}, invalid: []string{`{"a":1}`, `{"b":"x"}`}, valid: []string{`{"a":"x"}`, `{"b":1}`}},
	{name: "uniqueItems falls back", schema: `{"type":"object","properties":{"a":{"type":"array","uniqueItems":true,"items":{}}}}`, ok: []string{`{}`}, invalid: []string{`{"a":[1,1]}`}, valid: []string{`{"a":[1,2]}`}},
}

func manyMembers(count int) string {
	var b strings.Builder
	for i := range count {
		b.WriteString(`,"k` + string([]byte{byte('0' + i/1000), byte('0' + i/100%10), byte('0' + i/10%10), byte('0' + i%10)}) + `":1`)
	}
	return "{" + b.String()[1:] + "}"
}

func TestKeywords(t *testing.T) {
	t.Parallel()
	for _, k := range keywords {
		t.Run(k.name, func(t *testing.T) {
			schema := readSchema(t, k.schema)
			d := fastpath.Request
			if k.response {
				d = fastpath.Response
			}
			p := fastpath.Compile(schema, d)
			for _, text := range k.ok {
				assert.True(t, p.JSONString(text), "falls back: %.100q", text)
				assert.True(t, p.JSON([]byte(text)), "falls back: %.100q", text)
				assert.NoError(t, referenceError(schema, d, text), "%.100q", text)
			}
			for _, text := range k.invalid {
				assert.False(t, p.JSONString(text), "ok: %.100q", text)
				assert.False(t, p.JSON([]byte(text)), "ok: %.100q", text)
				assert.Error(t, referenceError(schema, d, text), "%.100q", text)
			}
			for _, text := range k.valid {
				assert.False(t, p.JSONString(text), "ok, move it: %.100q", text)
				assert.NoError(t, referenceError(schema, d, text), "%.100q", text)
			}
		})
	}
}

func TestASchemaThatAlwaysFallsBackHasNoProgram(t *testing.T) {
	assert.Nil(t, fastpath.Compile(nil, fastpath.Request))
	for _, schema := range []string{
		`{"oneOf":[{"type":"string"}]}`, `{"anyOf":[{"type":"string"}]}`, `{"not":{"type":"string"}}`, `{"type":"array","uniqueItems":true,"items":{}}`,
		`{"type":"null"}`, `{"type":["string","integer"]}`, `{"const":1}`, `{"type":"array","prefixItems":[{}]}`, `{"type":"object","if":{}}`,
		`{"type":"object","patternProperties":{"a":{}}}`, `{"type":"number","exclusiveMinimum":5}`, `{"type":"number","multipleOf":0.5}`,
		`{"type":"string","pattern":"(?=a)"}`, `{"allOf":[{"type":"string"},{"type":"integer"}]}`, `{"allOf":[{"enum":[1]},{"enum":[1,2]}]}`,
		`{"allOf":[{"minLength":1},{"minLength":2}]}`, `{"allOf":[{"oneOf":[{}]}]}`, `{"allOf":[{"type":"array","uniqueItems":true,"items":{}},{"minItems":1}]}`,
	} {
		p := fastpath.Compile(readSchema(t, schema), fastpath.Request)
		assert.Nil(t, p, schema)
		assert.False(t, p.JSON([]byte("1")) || p.JSONString("1") || p.Text("1"))
		assert.Nil(t, p.Binder(nil))
	}
}

func TestASchemaMayContainItself(t *testing.T) {
	tree := openapi3.NewObjectSchema().WithoutAdditionalProperties().WithProperty("name", openapi3.NewStringSchema())
	tree.WithProperty("children", openapi3.NewArraySchema().WithItems(tree))
	p := fastpath.Compile(tree, fastpath.Request)
	assert.True(t, p.JSONString(`{"children":[{"name":"a","children":[]},{}]}`))
	assert.False(t, p.JSONString(`{"children":[{"children":[{"name":1}]}]}`))
	assert.True(t, p.JSONString(strings.Repeat(`{"children":[`, 32)+strings.Repeat(`]}`, 32)))
	assert.False(t, p.JSONString(strings.Repeat(`{"children":[`, 33)+strings.Repeat(`]}`, 33)), "65 levels and more")

	a, b := openapi3.NewObjectSchema(), openapi3.NewObjectSchema() // recursive schemas whose members are joined
	a.WithProperty("x", a).WithProperty("n", openapi3.NewIntegerSchema())
	b.WithProperty("x", b).WithProperty("n", openapi3.NewFloat64Schema().WithMin(3))
	b.Properties["n"].Value.Type = nil
	p = fastpath.Compile(openapi3.NewAllOfSchema(a, b), fastpath.Request)
	assert.True(t, p.JSONString(`{"x":{"x":{"n":3}}}`))
	assert.False(t, p.JSONString(`{"x":{"x":{"n":2}}}`))
	assert.False(t, p.JSONString(`{"x":{"x":{"n":3.5}}}`))
}

func TestMoreThan64PropertiesFallBack(t *testing.T) {
	s := openapi3.NewObjectSchema()
	for i := range 64 {
		s.WithProperty("p"+strings.Repeat("x", i), openapi3.NewIntegerSchema())
	}
	s.Required = []string{"pxxx", "p" + strings.Repeat("x", 63)}
	assert.True(t, fastpath.Compile(s, fastpath.Request).JSONString(`{"p`+strings.Repeat("x", 63)+`":1,"pxxx":2}`))
	assert.False(t, fastpath.Compile(s, fastpath.Request).JSONString(`{"p":1,"pxxx":2}`))
	assert.Nil(t, fastpath.Compile(s.WithProperty("more", openapi3.NewIntegerSchema()), fastpath.Request))
}
