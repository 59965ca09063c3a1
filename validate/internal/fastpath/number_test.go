package fastpath_test

import (
	"reflect"
	"strconv"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/schematest"
)

// number makes a text that may be a number.
func (g *generator) number() string {
	var b strings.Builder
	digits := func(most int) {
		for range g.IntN(most + 1) {
			b.WriteByte(schematest.Pick[byte](g, '0', '0', '1', '5', '9', '9'))
		}
	}
	b.WriteString(schematest.Pick(g, "", "", "-"))
	b.WriteString(schematest.Pick(g, "", "0", "1", "7", "9"))
	digits(schematest.Pick(g, 0, 3, 17, 22))
	if g.Chance(60) {
		b.WriteByte('.')
		digits(schematest.Pick(g, 3, 17, 22))
	}
	if g.Chance(30) {
		b.WriteString(schematest.Pick(g, "e", "E", "e+", "e-", "E-"))
		digits(3)
	}
	return b.String()
}

// A number that is ok is valid for the reference and is bound to the nearest
// float64.
func TestRandomNumbersAreReadAsTheReferenceReadsThem(t *testing.T) {
	t.Parallel()
	schemas := []*openapi3.Schema{
		openapi3.NewFloat64Schema(), openapi3.NewFloat64Schema().WithMin(0.1).WithMax(900), openapi3.NewFloat64Schema().WithMin(-5).WithExclusiveMin(true).WithMax(1e15),
		openapi3.NewInt64Schema(), openapi3.NewIntegerSchema(), openapi3.NewInt32Schema().WithMax(99), {},
	}
	programs := make([]*fastpath.Program, len(schemas))
	for i, schema := range schemas {
		programs[i] = fastpath.Compile(schema, fastpath.Request)
	}
	float := programs[0].Binder(reflect.TypeFor[float64]())
	g := newGenerator(*seed, 0)
	ok, all := 0, *executions/2
	for range all {
		text := g.number()
		for i, schema := range schemas {
			if programs[i].JSONString(text) {
				ok++
				require.NoError(t, referenceError(schema, fastpath.Request, text), text)
			} else if i == 0 && text != "-0" {
				require.Error(t, referenceError(schema, fastpath.Request, text), text)
			}
		}
		var f float64
		if float.Bind(text, &f) {
			want, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			require.Equal(t, want, f, text)
		}
	}
	assert.Greater(t, ok, all/2)
}
