package reference_test

import (
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

func readSchema(t testing.TB, text string) *openapi3.Schema {
	t.Helper()
	s := &openapi3.Schema{}
	require.NoError(t, s.UnmarshalJSON([]byte(text)))
	return s
}

// A text and the findings in it, each as a pointer and a rule.
type example struct {
	text string
	want []string
}

func none(text string) example { return example{text, nil} }

func one(text, finding string) example { return example{text, []string{finding}} }

// keywords are the cases of each keyword.
var keywords = []struct {
	name, schema string
	response     bool
	examples     []example
}{
	{name: "an empty schema allows everything but null", schema: `{}`, examples: []example{
		none(`1`), none(`{"a":[null]}`), one(`null`, " nullable")}},
	{name: "nullable allows null in spite of type and enum", schema: `{"type":"string","nullable":true,"enum":["a"]}`, examples: []example{
		none(`null`), none(`"a"`), one(`"b"`, " enum")}},
	{name: "null is not allowed by a type", schema: `{"type":"string"}`, examples: []example{one(` null `, " nullable")}},
	{name: "type string", schema: `{"type":"string"}`, examples: []example{
		none(`"a"`), one(`1`, " type"), one(`true`, " type"), one(`[]`, " type"), one(`{}`, " type")}},
	{name: "type number", schema: `{"type":"number"}`, examples: []example{
		none(`1.5`), none(`-1e3`), one(`"1"`, " type"), one(`false`, " type")}},
	{name: "type integer", schema: `{"type":"integer"}`, examples: []example{
		none(`1`), none(`-0`), one(`1.5`, " type")}},
	{name: "type boolean", schema: `{"type":"boolean"}`, examples: []example{
		none(`true`), none(`false`), one(`0`, " type")}},
	{name: "enum of scalars", schema: `{"enum":["a",1,true,null]}`, examples: []example{
		none(`"a"`), none(`"\u0061"`), none(`1`), none(`1.0`), none(`true`),
		one(`"A"`, " enum"), one(`2`, " enum"), one(`false`, " enum"), one(`[]`, " enum")}},
	{name: "enum of arrays and objects", schema: `{"enum":[[1,{"b":"c"}],{"a":[false]}]}`, examples: []example{
		none(`[1, {"b" : "c"}]`), none(`{"a":[false]}`),
		one(`[1]`, " enum"), one(`[1,{"b":"d"}]`, " enum"), one(`[1,{"b":"c"},2]`, " enum"), one(`{"a":[true]}`, " enum"), one(`{}`, " enum"), one(`{"a":[false],"b":1}`, " enum")}},
	{name: "minLength and maxLength count characters", schema: `{"type":"string","minLength":2,"maxLength":3}`, examples: []example{
		none(`"éé"`), none(`"\u0061bc"`), one(`"é"`, " minLength"), one(`"\u0061"`, " minLength"), one(`"abcd"`, " maxLength")}},
	{name: "pattern and maxLength are both reported", schema: `{"type":"string","pattern":"^[a-z]*$","maxLength":2}`, examples: []example{
		none(`"ab"`), {`"A12"`, []string{" maxLength", " pattern"}}}},
	{name: "format", schema: `{"type":"string","format":"date"}`, examples: []example{
		none(`"2024-02-29"`), one(`"2023-02-29"`, " format")}},
	{name: "minimum and maximum", schema: `{"type":"number","minimum":1,"maximum":5,"exclusiveMaximum":true}`, examples: []example{
		none(`1`), none(`4.9`), one(`0.9`, " minimum"), one(`5`, " exclusiveMaximum")}},
	{name: "multipleOf", schema: `{"type":"number","multipleOf":0.01}`, examples: []example{
		none(`0.07`), none(`19.99`), one(`0.015`, " multipleOf")}},
	{name: "minItems and maxItems", schema: `{"type":"array","minItems":1,"maxItems":2,"items":{}}`, examples: []example{
		none(`[1]`), none(`[1,2]`), one(`[]`, " minItems"), one(`[1,2,3]`, " maxItems")}},
	{name: "uniqueItems", schema: `{"type":"array","uniqueItems":true,"items":{}}`, examples: []example{
		none(`[1,"1",[1],{"a":1}]`), none(`[]`), none(`[[],{},""]`), one(`[1,2,1]`, " uniqueItems"), one(`[{"a":1,"b":2},{"b":2,"a":1}]`, " uniqueItems"), one(`["a","\u0061"]`, " uniqueItems")}},
	{name: "items are reported by their index", schema: `{"type":"array","items":{"type":"array","items":{"type":"integer"}}}`, examples: []example{
		none(`[[1],[]]`), {`[[1,"a"],2,[[]]]`, []string{"/0/1 type", "/1 type", "/2/0 type"}}}},
	{name: "properties are reported by their name", schema: `{"type":"object","properties":{"a/b":{"type":"integer"},"~":{"type":"integer"}}}`, examples: []example{
		none(`{"a/b":1}`), {`{"~":"x","a/b":"x"}`, []string{"/a~1b type", "/~0 type"}}}},
	{name: "minProperties and maxProperties", schema: `{"type":"object","minProperties":1,"maxProperties":2}`, examples: []example{
		none(`{"a":1}`), one(`{}`, " minProperties"), one(`{"a":1,"b":2,"c":3}`, " maxProperties")}},
	{name: "required", schema: `{"type":"object","required":["a","b","a"]}`, examples: []example{
		none(`{"b":1,"a":null}`), {`{"c":1}`, []string{"/a required", "/b required"}}}},
	{name: "additionalProperties false reports each member", schema: `{"type":"object","properties":{"b":{"type":"integer"}},"additionalProperties":false}`, examples: []example{
		none(`{"b":1}`), {`{"c":1,"b":"x","a":1}`, []string{"/a additionalProperties", "/c additionalProperties", "/b type"}}}},
	{name: "additionalProperties with a schema", schema: `{"type":"object","properties":{"b":{"type":"integer"}},"additionalProperties":{"type":"string"}}`, examples: []example{
		none(`{"b":1,"c":"x"}`), one(`{"c":1}`, "/c type")}},
	{name: "a readOnly member of a request", schema: `{"type":"object","required":["id"],"properties":{"id":{"type":"string","readOnly":true}}}`, examples: []example{
		none(`{}`), one(`{"id":"x"}`, "/id readOnly")}},
	{name: "a readOnly member of a response", response: true, schema: `{"type":"object","required":["id"],"properties":{"id":{"type":"string","readOnly":true}}}`, examples: []example{
		none(`{"id":"x"}`), one(`{}`, "/id required")}},
	{name: "a writeOnly member of a response", response: true, schema: `{"type":"object","required":["pin"],"properties":{"pin":{"type":"string","writeOnly":true}}}`, examples: []example{
		none(`{}`), one(`{"pin":"x"}`, "/pin writeOnly")}},
	{name: "not", schema: `{"not":{"type":"string"}}`, examples: []example{none(`1`), one(`"a"`, " not")}},
	{name: "allOf reports what each part finds", schema: `{"allOf":[{"type":"object","required":["a"]},{"properties":{"b":{"type":"integer"}}}]}`, examples: []example{
		none(`{"a":1,"b":2}`), {`{"b":"x"}`, []string{"/a required", "/b type"}}}},
	{name: "allOf reports the same finding once", schema: `{"allOf":[{"type":"string","minLength":3},{"minLength":2}]}`, examples: []example{
		none(`"abc"`), one(`"a"`, " minLength")}},
	{name: "anyOf", schema: `{"anyOf":[{"type":"string"},{"type":"integer","minimum":5}]}`, examples: []example{
		none(`"a"`), none(`5`), one(`4`, " anyOf"), one(`[]`, " anyOf")}},
	{name: "oneOf", schema: `{"oneOf":[{"type":"integer"},{"type":"number","minimum":5}]}`, examples: []example{
		none(`4`), none(`5.5`), one(`5`, " oneOf"), one(`"a"`, " oneOf")}},
	{name: "oneOf with one alternative reports what it finds", schema: `{"oneOf":[{"type":"object","properties":{"a":{"type":"integer"}}}]}`, examples: []example{
		none(`{"a":1}`), one(`{"a":"x"}`, "/a type")}},
	{name: "a discriminator", schema: `{"discriminator":{"propertyName":"kind"},"anyOf":[{"type":"object"}]}`, examples: []example{
		none(`{"kind":"cat"}`), one(`{}`, " discriminator"), one(`{"kind":1}`, " discriminator")}},
	{name: "an escaped name is the decoded one", schema: `{"type":"object","required":["a"],"properties":{"a":{"type":"integer"}},"additionalProperties":false}`, examples: []example{
		none(`{"\u0061":1}`), one(`{"\u0061":"x"}`, "/a type")}},
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
			withFastPath := reference.NewCompiler(d, fastpath.Compile).Schema(schema)
			without := reference.NewCompiler(d, nil).Schema(schema)
			for _, e := range k.examples {
				assert.Equal(t, e.want, findings(t, withFastPath, e.text, 100), e.text)
				assert.Equal(t, e.want, findings(t, without, e.text, 100), e.text)
				assert.Len(t, findings(t, without, e.text, 1), min(len(e.want), 1), e.text)
			}
		})
	}
}

func TestADiscriminatorSelectsTheAlternative(t *testing.T) {
	cat := readSchema(t, `{"type":"object","properties":{"lives":{"type":"integer"}}}`)
	dog := readSchema(t, `{"type":"object","required":["owner"]}`)
	schema := &openapi3.Schema{
		OneOf: openapi3.SchemaRefs{{Ref: "#/components/schemas/Cat", Value: cat}, {Ref: "#/components/schemas/Dog", Value: dog}},
		Discriminator: &openapi3.Discriminator{PropertyName: "kind", Mapping: map[string]openapi3.MappingRef{
			"cat": {Ref: "#/components/schemas/Cat"}, "dog": {Ref: "Dog"},
		}},
	}
	s := reference.NewCompiler(fastpath.Request, fastpath.Compile).Schema(schema)
	assert.Empty(t, findings(t, s, `{"kind":"cat","owner":"me"}`, 9), "a dog would be valid, too")
	assert.Equal(t, []string{"/lives type"}, findings(t, s, `{"kind":"cat","lives":"nine"}`, 9))
	assert.Equal(t, []string{"/owner required"}, findings(t, s, `{"kind":"dog"}`, 9))
	assert.Equal(t, []string{" discriminator"}, findings(t, s, `{"kind":"cow"}`, 9))
}

func TestASchemaMayContainItself(t *testing.T) {
	tree := readSchema(t, `{"type":"object","required":["name"]}`)
	tree.WithProperty("name", openapi3.NewStringSchema()).WithProperty("children", openapi3.NewArraySchema().WithItems(tree))
	tree.AllOf = openapi3.SchemaRefs{tree.NewRef()}
	s := reference.NewCompiler(fastpath.Request, fastpath.Compile).Schema(tree)
	assert.Empty(t, findings(t, s, `{"name":"a","children":[{"name":"b","children":[]}]}`, 9))
	assert.Equal(t, []string{"/children/0/children/0/name type", "/children/0/name required"},
		findings(t, s, `{"name":"a","children":[{"children":[{"name":1}]}]}`, 9))
}

func TestErrorsDoNotQuoteTheValue(t *testing.T) {
	s := reference.NewCompiler(fastpath.Request, fastpath.Compile).Schema(readSchema(t, `{"type":"object","properties":{
		"a":{"type":"string","maxLength":2,"pattern":"^x$"},"b":{"enum":["y"]},"c":{"type":"string","format":"date"},"d":{"type":"integer"},
		"e":{"oneOf":[{"type":"integer"},{"type":"boolean"}]}}}`))
	found, err := s.Find(t.Context(), `{"a":"secret","b":"secret","c":"secret","d":"secret","e":"secret"}`, 16)
	require.NoError(t, err)
	require.Len(t, found, 6)
	for _, f := range found {
		require.Error(t, f.Err, f.Rule)
		assert.NotContains(t, f.Err.Error(), "secret")
	}
}
