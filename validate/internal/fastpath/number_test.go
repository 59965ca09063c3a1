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
)

// number writes what may be one.
func (g *generator) number() string {
	var b strings.Builder
	digits := func(most int) {
		for range g.IntN(most + 1) {
			b.WriteByte(pick[byte](g, '0', '0', '1', '5', '9', '9'))
		}
	}
	b.WriteString(pick(g, "", "", "-"))
	b.WriteString(pick(g, "", "0", "1", "7", "9"))
	digits(pick(g, 0, 3, 17, 22))
	if g.chance(60) {
		b.WriteByte('.')
		digits(pick(g, 3, 17, 22))
	}
	if g.chance(30) {
		b.WriteString(pick(g, "e", "E", "e+", "e-", "E-"))
		digits(3)
	}
	return b.String()
}

// What is accepted is a number to all, its float64 is the nearest, and it holds
// to its bounds by that.
func TestNumbers(t *testing.T) {
	kinds := []*openapi3.Schema{
		openapi3.NewFloat64Schema(), openapi3.NewFloat64Schema().WithMin(0.1).WithMax(900), openapi3.NewFloat64Schema().WithMin(-5).WithExclusiveMin(true).WithMax(1e15),
		openapi3.NewInt64Schema(), openapi3.NewIntegerSchema(), openapi3.NewInt32Schema().WithMax(99), {},
	}
	programs := make([]*fastpath.Program, len(kinds))
	for i, schema := range kinds {
		programs[i] = fastpath.Compile(schema, fastpath.Request)
	}
	float := programs[0].Binder(reflect.TypeFor[float64]())
	g := newGenerator(*seed, 0)
	accepted, all := 0, *executions/2
	for range all {
		text := g.number()
		for i, schema := range kinds {
			if programs[i].JSONString(text) {
				accepted++
				require.NoError(t, judge(schema, fastpath.Request, text), text)
			} else if i == 0 && text != "-0" {
				require.Error(t, judge(schema, fastpath.Request, text), text)
			}
		}
		var f float64
		if float.Bind(text, &f) {
			want, err := strconv.ParseFloat(text, 64)
			require.NoError(t, err)
			require.Equal(t, want, f, text)
		}
	}
	assert.Greater(t, accepted, all/2)
}
