package fastpath_test

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

// FuzzProgram checks any bytes against the schema that which selects: one of the
// keywords' tests, or a random one.
func FuzzProgram(f *testing.F) {
	for i, k := range keywords {
		for _, texts := range [][]string{k.ok, k.invalid, k.valid} {
			for _, text := range texts {
				if len(text) < 200 {
					f.Add(uint16(i), []byte(text))
				}
			}
		}
	}
	for which := uint16(len(keywords)); which < 400; which += 7 {
		g := newGenerator(0, uint64(which))
		f.Add(which, []byte(g.Document(g.Schema(3), 4)))
	}
	f.Fuzz(func(t *testing.T, which uint16, text []byte) {
		g := newGenerator(0, uint64(which))
		schema, d := g.Schema(3), fastpath.Direction(which&1)
		if int(which) < len(keywords) {
			schema = readSchema(t, keywords[which].schema)
		}
		p := fastpath.Compile(schema, d)
		ok := p.JSON(text)
		require.Equal(t, ok, p.JSONString(string(text)))
		if ok {
			require.NoError(t, referenceError(schema, d, string(text)), "%q", text)
		}
		typ := g.goType(schema, 4)
		if into := reflect.New(typ).Interface(); p.Binder(typ).Bind(string(text), into) {
			require.True(t, ok)
			require.NoError(t, sameAsJSON(string(text), into), "%q", text)
		}
	})
}
