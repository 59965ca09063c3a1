package fastpath_test

import (
	"net/http"
	"net/url"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/schematest"
)

// kinParameter returns why kin-openapi refuses a parameter.
func kinParameter(t testing.TB, in string, schema *openapi3.Schema, value string) error {
	p := &openapi3.Parameter{Name: "P", In: in, Required: in == openapi3.ParameterInPath, Schema: schema.NewRef()}
	return openapi3filter.ValidateParameter(t.Context(), &openapi3filter.RequestValidationInput{
		Request:     &http.Request{URL: &url.URL{}, Header: http.Header{"P": {value}}},
		PathParams:  map[string]string{"P": value},
		QueryParams: url.Values{"P": {value}},
		Options:     &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true},
	}, p)
}

// locations are where a parameter may stand.
var locations = []string{openapi3.ParameterInQuery, openapi3.ParameterInPath, openapi3.ParameterInHeader}

func TestTextChecksParameters(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name, schema       string
		ok, invalid, valid []string // as in TestKeywords
	}{
		{"a string stands for itself", `{"type":"string"}`, []string{"a", `"quoted"`, `\u0041`, "null", "é", "a\tb"}, nil, []string{"\xff"}},
		{"a pattern sees the whole string", `{"type":"string","pattern":"^[a-z\"\n]+$","maxLength":3}`, []string{"ab", `a"b`, "a\nb"}, []string{"abcd", "A", `a\"`}, nil},
		{"a pattern may meet letters that are not ASCII", `{"type":"string","pattern":"^.$"}`, []string{"é", "a"}, []string{"éa"}, nil},
		{"length counts characters", `{"type":"string","minLength":2,"maxLength":2}`, []string{"ab", "éé"}, []string{"a", "é", "abc"}, nil},
		{"an enum lists strings", `{"type":"string","enum":["on","off"]}`, []string{"on"}, []string{"On", `"on"`}, nil},
		{"a date is one", `{"type":"string","format":"date"}`, []string{"2024-02-29"}, []string{"2023-02-29"}, nil},
		{"an integer is one", `{"type":"integer","minimum":5}`, []string{"12"}, []string{"4", "1.5", "x", " 12", "12 ", "0x12", "1_2", "true"}, []string{"+12", "012"}},
		{"an int32 is one", `{"type":"integer","format":"int32"}`, []string{"-2147483648"}, []string{"2147483648"}, nil},
		{"a number is one", `{"type":"number","maximum":5}`, []string{"1.5", "-2", "1e0"}, []string{"6", "NaN", "1,5", "Inf"}, []string{"+1", ".5", "5."}},
		{"a boolean is true or false", `{"type":"boolean"}`, []string{"true", "false"}, []string{"yes"}, []string{"1", "T", "TRUE"}},
		{"an enum may list booleans", `{"type":"boolean","enum":[true]}`, []string{"true"}, []string{"false"}, nil},
		{"null is a string", `{"type":"string","nullable":true,"enum":["a"]}`, []string{"a"}, []string{"null"}, nil},
		{"arrays and objects fall back", `{"type":"array","items":{"type":"string"}}`, nil, nil, []string{"a", "a,b"}},
		{"a schema without a type falls back", `{"minLength":1}`, nil, nil, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			schema := readSchema(t, c.schema)
			p := fastpath.Compile(schema, fastpath.Request)
			require.NotNil(t, p)
			assert.False(t, p.Text(""))
			for _, in := range locations {
				for _, value := range c.ok {
					assert.True(t, p.Text(value), "%q", value)
					assert.NoError(t, kinParameter(t, in, schema, value), "%s %q", in, value)
				}
				for _, value := range c.invalid {
					assert.False(t, p.Text(value), "%q", value)
					assert.Error(t, kinParameter(t, in, schema, value), "%s %q", in, value)
				}
				for _, value := range c.valid {
					assert.False(t, p.Text(value), "%q", value)
				}
			}
		})
	}
}

func TestAParameterWithAllOfFallsBack(t *testing.T) {
	p := fastpath.Compile(readSchema(t, `{"type":"string","allOf":[{"type":"string","minLength":2}]}`), fastpath.Request)
	require.NotNil(t, p)
	assert.False(t, p.Text("ab"))
}

func TestAParameterIsNeverNull(t *testing.T) {
	for _, schema := range []string{`{"type":"string","nullable":true,"pattern":"(?=a)"}`, `{"type":"number","nullable":true,"multipleOf":0.1}`} {
		p := fastpath.Compile(readSchema(t, schema), fastpath.Request)
		assert.True(t, p.JSONString("null"))
		assert.False(t, p.Text("null") || p.Text("1") || p.Text("a"))
	}
}

func TestParametersThatAreOKAreValidForTheReference(t *testing.T) {
	t.Parallel()
	ok, all := 0, 0
	for which := uint64(0); all < *executions/8; which++ {
		g := newGenerator(*seed, which)
		schema := g.Schema(0)
		p := fastpath.Compile(schema, fastpath.Request)
		for range 8 {
			all++
			value := g.Word(schema)
			if schema.Type != nil && (*schema.Type)[0] != "string" {
				g.Plain = g.Chance(50)
				value = schematest.Pick(g, g.Document(schema, 0), g.Integer(schema), g.Fraction(schema), "true")
			}
			if g.Chance(20) {
				value = g.Mutate(value)
			}
			if !p.Text(value) {
				continue
			}
			ok++
			for _, in := range locations {
				require.NoError(t, kinParameter(t, in, schema, value), "seed %d, schema %d: %q in %s", *seed, which, value, in)
			}
		}
	}
	assert.Greater(t, ok*100, all*25)
}
