package fastpath_test

import (
	"encoding/json"
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

const petSchema = `{"type":"object","additionalProperties":false,"properties":{
	"name":{"type":"string"},"maybe":{"type":"string","nullable":true},"age":{"type":"integer","format":"int64"},"small":{"type":"integer"},"big":{"type":"integer"},"names":{"type":"array","items":{"type":"string","nullable":true}},
	"weight":{"type":"number"},"good":{"type":"boolean"},"tags":{"type":"array","nullable":true,"items":{"type":"string"}},
	"grid":{"type":"array","items":{"type":"array","items":{"type":"integer"}}},
	"owner":{"type":"object","nullable":true,"properties":{"name":{"type":"string"}},"additionalProperties":false},
	"pets":{"type":"array","items":{"type":"object","properties":{"name":{"type":"string"}},"additionalProperties":false}},
	"opts":{"type":"array","items":{"type":"string","nullable":true}}}}`

type kind string

type owner struct {
	Name string `json:"name"`
}

type pet struct {
	Name   kind      `json:"name"`
	Maybe  *string   `json:"maybe,omitempty"`
	Age    int64     `json:"age"`
	Small  uint8     `json:"small"`
	Big    uint64    `json:"big"`
	Names  []string  `json:"names"`
	Weight float32   `json:"weight"`
	Good   *bool     `json:"good"`
	Tags   []string  `json:"tags"`
	Grid   [][]int16 `json:"grid"`
	Owner  **owner   `json:"owner"`
	Pets   []owner   `json:"pets"`
	Opts   []*string `json:"opts"`
	Extra  any       `json:"-"`
}

func TestBindFillsWhatEncodingJSONFills(t *testing.T) {
	b := fastpath.Compile(readSchema(t, petSchema), fastpath.Request).Binder(reflect.TypeFor[pet]())
	require.NotNil(t, b)
	for _, text := range []string{
		`{}`, ` { "name" : "a" } `, `{"name":"größer","maybe":"x","age":-9007199254740993,"small":255,"weight":0.1,"good":true}`,
		`{"good":false,"tags":[],"grid":[]}`, `{"tags":["a","","b,c]","]"],"grid":[[],[1,-2],[3]]}`, `{"tags":null,"maybe":null,"owner":null}`,
		`{"owner":{"name":"x"},"pets":[{"name":"a"},{},{"name":"c"}],"opts":["a",null,"b"]}`, `{"names":["a",null,"b"],"big":9007199254740992}`, `{"weight":12345678}`, `{"weight":1e-3}`, "{\"tags\":[\"a\" \n, \"b\"\n]}",
		`{"tags":["` + strings.Repeat(`[::1]:80","`, 300) + `"]}`, `{"pets":[` + strings.Repeat("{},", 300) + `{}]}`, `{"grid":[` + strings.Repeat("[1,2,3],", 300) + `[]]}`,
	} {
		var p pet
		require.True(t, b.Bind(text, &p), "%.80s", text)
		assert.NoError(t, sameAsJSON(text, &p), "%.80s", text)
	}
	for _, text := range []string{
		`{"name":"a\nb"}`, `{"small":256}`, `{"small":-1}`, `{"big":-1}`, `{"grid":[[40000]]}`, `{"weight":1e39}`, `{"more":1}`, `{"pets":[null]}`, `{"name":"a"`, ``, `null`, `{"age":1.5}`,
	} {
		assert.False(t, b.Bind(text, &pet{}), text)
	}
}

func TestBindTakesOnlyAPointerToItsType(t *testing.T) {
	b := fastpath.Compile(readSchema(t, petSchema), fastpath.Request).Binder(reflect.TypeFor[pet]())
	assert.False(t, b.Bind(`{}`, pet{}))
	assert.False(t, b.Bind(`{}`, (*pet)(nil)))
	assert.False(t, b.Bind(`{}`, &owner{}))
	assert.False(t, b.Bind(`{}`, nil))
	assert.False(t, (*fastpath.Binder)(nil).Bind(`{}`, &pet{}))
}

type ownUnmarshaler struct{ A string }

func (*ownUnmarshaler) UnmarshalJSON([]byte) error { return nil }

type ownText string

func (*ownText) UnmarshalText([]byte) error { return nil }

type embedding struct {
	owner
	B string
}

func TestTypesThatEncodingJSONHasToFillHaveNoBinder(t *testing.T) {
	closed := `{"type":"object","additionalProperties":false,"properties":{"A":{"type":"string"}}}`
	open := `{"type":"object","properties":{"A":{"type":"string"}}}`
	for _, c := range []struct {
		schema string
		into   any
		binds  bool
	}{
		{closed, struct{ A string }{}, true},
		{open, struct{ A string }{}, true},
		{closed, struct{ A, B string }{}, true},
		{open, struct{ A, B string }{}, false},   // encoding/json would fill B with an undeclared member
		{closed, struct{ B string }{}, true},     // no field has A
		{closed, struct{ A int }{}, false},       // encoding/json refuses
		{closed, struct{ A any }{}, false},       //
		{closed, struct{ A time.Time }{}, false}, // it decodes itself
		{closed, ownUnmarshaler{}, false},        //
		{closed, struct{ A ownText }{}, false},   //
		{closed, struct{ A json.Number }{}, false},
		{closed, map[string]string{}, false}, //
		{closed, embedding{}, false},         //
		{closed, struct {
			A string `json:"a"`
		}{}, false}, // encoding/json takes A for a
		{closed, struct {
			A int `json:"A,string"`
		}{}, false},
		{closed, struct {
			A string
			B string `json:"A"`
		}{}, false},
		{closed, struct {
			A string `json:"A,omitempty"`
			B any    `json:"-"`
		}{}, true},
		{closed, struct {
			A string `json:"a!b"`
		}{}, false},
		{`{"type":"object","properties":{"A":{},"a":{}},"additionalProperties":false}`, struct{ A []string }{}, false}, // encoding/json would fill A with both
		{`{"type":"string","format":"byte"}`, []byte{}, false},
		{`{"type":"array","items":{"type":"integer"}}`, []byte{}, false},
		{`{"type":"array","items":{"type":"integer"}}`, [3]int{}, false},
		{`{"type":"array","items":{"oneOf":[{}]}}`, []any{}, true}, // each item falls back
		{`{"type":"string"}`, "", true},
		{`{"type":"integer"}`, "", false},
	} {
		p := fastpath.Compile(readSchema(t, c.schema), fastpath.Request)
		b := p.Binder(reflect.TypeOf(c.into))
		assert.Equal(t, c.binds, b != nil, "%s into %T", c.schema, c.into)
	}
}

func TestAnArrayWhoseItemsAlwaysFallBackCanBeEmpty(t *testing.T) {
	b := fastpath.Compile(readSchema(t, `{"type":"array","items":{"oneOf":[{}]}}`), fastpath.Request).Binder(reflect.TypeFor[[]any]())
	var list []any
	assert.True(t, b.Bind(`[]`, &list))
	assert.NoError(t, sameAsJSON(`[]`, &list))
	assert.False(t, b.Bind(`[1]`, &list))
}

func TestBindAliasesTheText(t *testing.T) {
	b := fastpath.Compile(openapi3.NewStringSchema(), fastpath.Request).Binder(reflect.TypeFor[string]())
	long := `"` + strings.Repeat("x", 1<<16) + `"`
	var s string
	assert.Zero(t, testing.AllocsPerRun(10, func() { b.Bind(long, &s) }))
}

func TestAllocationsDoNotGrowWithTheBody(t *testing.T) {
	p := fastpath.Compile(killSchema(t), fastpath.Request)
	b := p.Binder(reflect.TypeFor[gen.HangUpClientsRequest]())
	for _, addresses := range []int{1, 2, 100, 10000} {
		body := killBody(addresses)
		octets := []byte(body)
		spaced := strings.ReplaceAll(body, ",", " ,\n ")
		assert.Zero(t, testing.AllocsPerRun(5, func() { require.True(t, p.JSON(octets)) }))
		assert.Zero(t, testing.AllocsPerRun(5, func() { require.True(t, p.JSONString(body)) }))
		for _, text := range []string{body, spaced} {
			assert.LessOrEqual(t, testing.AllocsPerRun(5, func() {
				require.True(t, b.Bind(text, &gen.HangUpClientsRequest{}))
			}), 2.0, "the struct and its slice; %d addresses", addresses)
		}
	}
	sessions := fastpath.Compile(sessionSchema(), fastpath.Response)
	text := sessionsText(t, 300)
	assert.Zero(t, testing.AllocsPerRun(5, func() { require.True(t, sessions.JSON(text)) }))
}

// No text makes Bind allocate much more than its items need.
func TestCapacityStaysInProportionToTheText(t *testing.T) {
	type wide struct{ A, B, C, D, E, F, G, H [16]*owner }
	schema := `{"type":"object","additionalProperties":false,"properties":{"s":{"type":"array","items":{"type":"string"}},"w":{"type":"array","items":{"type":"object","additionalProperties":false}}}}`
	type target struct {
		S []string `json:"s"`
		W []wide   `json:"w"`
	}
	b := fastpath.Compile(readSchema(t, schema), fastpath.Request).Binder(reflect.TypeFor[target]())
	require.NotNil(t, b)
	commas := strings.Repeat(",", 1<<16)
	for _, text := range []string{fmt.Sprintf(`{"s":["%s"],"w":[]}`, commas), fmt.Sprintf(`{"w":[{}],"s":["%s"]}`, commas), fmt.Sprintf(`{"w":[{} ],"s":["%s"]}`, commas)} {
		var into target
		require.True(t, b.Bind(text, &into))
		assert.LessOrEqual(t, cap(into.S), len(text)/3+2)
		assert.LessOrEqual(t, cap(into.W)*int(reflect.TypeFor[wide]().Size()), 16*len(text)+8*int(reflect.TypeFor[wide]().Size()))
	}
}
