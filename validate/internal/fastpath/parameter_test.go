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
)

// kinParameter is kin-openapi's verdict on a parameter of a query, a path or a
// header.
func kinParameter(t testing.TB, in string, schema *openapi3.Schema, value string) error {
	p := &openapi3.Parameter{Name: "P", In: in, Required: in == openapi3.ParameterInPath, Schema: schema.NewRef()}
	return openapi3filter.ValidateParameter(t.Context(), &openapi3filter.RequestValidationInput{
		Request:     &http.Request{URL: &url.URL{}, Header: http.Header{"P": {value}}},
		PathParams:  map[string]string{"P": value},
		QueryParams: url.Values{"P": {value}},
		Options:     &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true},
	}, p)
}

var places3 = []string{openapi3.ParameterInQuery, openapi3.ParameterInPath, openapi3.ParameterInHeader}

func TestAParametersText(t *testing.T) {
	for _, c := range []struct {
		name, schema   string
		accepts, wrong []string
		right          []string
	}{
		{"a string is as it stands", `{"type":"string"}`, []string{"a", `"quoted"`, `\u0041`, "null", "é", "a\tb"}, nil, []string{"\xff"}},
		{"a string's pattern is over all of it", `{"type":"string","pattern":"^[a-z\"\n]+$","maxLength":3}`, []string{"ab", `a"b`, "a\nb"}, []string{"abcd", "A", `a\"`}, nil},
		{"a pattern may meet other letters", `{"type":"string","pattern":"^.$"}`, []string{"é", "a"}, []string{"éa"}, nil},
		{"length is counted in characters", `{"type":"string","minLength":2,"maxLength":2}`, []string{"ab", "éé"}, []string{"a", "é", "abc"}, nil},
		{"an enum is of texts", `{"type":"string","enum":["on","off"]}`, []string{"on"}, []string{"On", `"on"`}, nil},
		{"a date is one", `{"type":"string","format":"date"}`, []string{"2024-02-29"}, []string{"2023-02-29"}, nil},
		{"an integer is one", `{"type":"integer","minimum":5}`, []string{"12"}, []string{"4", "1.5", "x", " 12", "12 ", "0x12", "1_2", "true"}, []string{"+12", "012"}},
		{"an int32 is one", `{"type":"integer","format":"int32"}`, []string{"-2147483648"}, []string{"2147483648"}, nil},
		{"a number is one", `{"type":"number","maximum":5}`, []string{"1.5", "-2", "1e0"}, []string{"6", "NaN", "1,5", "Inf"}, []string{"+1", ".5", "5."}},
		{"a boolean is true or false", `{"type":"boolean"}`, []string{"true", "false"}, []string{"yes"}, []string{"1", "T", "TRUE"}},
		{"a list of booleans", `{"type":"boolean","enum":[true]}`, []string{"true"}, []string{"false"}, nil},
		{"null is a string", `{"type":"string","nullable":true,"enum":["a"]}`, []string{"a"}, []string{"null"}, nil},
		{"arrays and objects are kin-openapi's", `{"type":"array","items":{"type":"string"}}`, nil, nil, []string{"a", "a,b"}},
		{"no type is kin-openapi's", `{"minLength":1}`, nil, nil, []string{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			schema := readSchema(t, c.schema)
			p := fastpath.Compile(schema, fastpath.Request)
			require.NotNil(t, p)
			assert.False(t, p.Text(""))
			for _, in := range places3 {
				for _, value := range c.accepts {
					assert.True(t, p.Text(value), "%q", value)
					assert.NoError(t, kinParameter(t, in, schema, value), "%s %q", in, value)
				}
				for _, value := range c.wrong {
					assert.False(t, p.Text(value), "%q", value)
					assert.Error(t, kinParameter(t, in, schema, value), "%s %q", in, value)
				}
				for _, value := range c.right {
					assert.False(t, p.Text(value), "%q", value)
				}
			}
		})
	}
}

func TestAParameterOfAnAllOfIsKins(t *testing.T) {
	p := fastpath.Compile(readSchema(t, `{"type":"string","allOf":[{"type":"string","minLength":2}]}`), fastpath.Request)
	require.NotNil(t, p)
	assert.False(t, p.Text("ab"))
}

func TestAParameterThatOnlyNullFits(t *testing.T) {
	for _, schema := range []string{`{"type":"string","nullable":true,"pattern":"(?=a)"}`, `{"type":"number","nullable":true,"multipleOf":0.1}`} {
		p := fastpath.Compile(readSchema(t, schema), fastpath.Request)
		assert.True(t, p.JSONString("null"))
		assert.False(t, p.Text("null") || p.Text("1") || p.Text("a"))
	}
}

func TestTextsThatAreAcceptedAreKins(t *testing.T) {
	accepted, all := 0, 0
	for which := uint64(0); all < *executions/8; which++ {
		g := newGenerator(*seed, which)
		schema := g.schema(0)
		p := fastpath.Compile(schema, fastpath.Request)
		for range 8 {
			all++
			value := g.word(schema)
			if schema.Type != nil && (*schema.Type)[0] != "string" {
				g.plain = g.chance(50)
				value = pick(g, g.document(schema, 0), g.integer(schema), g.fraction(schema), "true")
			}
			if g.chance(20) {
				value = g.mutate(value)
			}
			if !p.Text(value) {
				continue
			}
			accepted++
			for _, in := range places3 {
				require.NoError(t, kinParameter(t, in, schema, value), "seed %d, schema %d: %q in %s", *seed, which, value, in)
			}
		}
	}
	assert.Greater(t, accepted*100, all*25)
}
