package reference_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/reference"
)

func compile(s *openapi3.Schema) *reference.Schema {
	return reference.NewCompiler(fastpath.Request, fastpath.Compile).Schema(s)
}

// arrayOf returns an array of as many zeros.
func arrayOf(zeros int) string { return "[" + strings.Repeat("0,", zeros-1) + "0]" }

func TestATextThatTakesTooManyPassesIsGivenUp(t *testing.T) {
	t.Parallel()
	schema := &openapi3.Schema{}
	for i := range 300 { // each alternative reads the whole array, and refuses its last item
		item := openapi3.NewIntegerSchema().WithMin(0).WithMax(float64(i + 1))
		schema.AnyOf = append(schema.AnyOf, openapi3.NewArraySchema().WithItems(item).NewRef())
	}
	s := compile(schema)
	large := arrayOf(100_000)
	_, err := s.Find(t.Context(), large[:len(large)-2]+`""]`, 16)
	assert.ErrorIs(t, err, reference.ErrWork)

	small := arrayOf(1000)
	assert.Equal(t, []string{" anyOf"}, findings(t, s, small[:len(small)-2]+`""]`, 16), "300 passes over a small text are allowed")
	assert.Empty(t, findings(t, s, large, 16), "one pass over a large text is allowed")
}

// A list whose tail may be of two kinds: without the cache, each level doubles the
// work.
func TestWorkDoesNotDoubleWithEachLevel(t *testing.T) {
	t.Parallel()
	list := &openapi3.Schema{}
	for _, name := range []string{"a", "b"} {
		kind := openapi3.NewObjectSchema().WithProperty("next", list).WithProperty(name, openapi3.NewIntegerSchema())
		list.AnyOf = append(list.AnyOf, kind.WithRequired([]string{name}).NewRef())
	}
	const levels = 60
	nested := func(last string) string {
		return strings.Repeat(`{"next":`, levels) + last + strings.Repeat(`}`, levels)
	}
	for _, text := range []string{nested(`{"a":1}`), nested(`{"a":"x"}`)} {
		assert.Equal(t, []string{" anyOf"}, findings(t, compile(list), text, 16), "no level but the last has a or b")
	}
	valid := strings.Repeat(`{"b":1,"next":`, levels) + `{"a":1}` + strings.Repeat(`}`, levels)
	assert.Empty(t, findings(t, compile(list), valid, 16))
}

// A countingContext ends when its error has been asked for so many times.
type countingContext struct {
	context.Context
	left int
}

func (c *countingContext) Err() error {
	if c.left--; c.left < 0 {
		return context.Canceled
	}
	return nil
}

func TestFindEndsWithItsContext(t *testing.T) {
	t.Parallel()
	s := compile(openapi3.NewArraySchema().WithItems(openapi3.NewIntegerSchema().WithMax(5)))
	for _, text := range []string{"[]", "[1, 2]", arrayOf(1 << 20)} {
		ended, cancel := context.WithCancel(t.Context())
		cancel()
		found, err := s.Find(ended, text, 16)
		assert.ErrorIs(t, err, context.Canceled)
		assert.Nil(t, found)
	}
	text := arrayOf(1 << 20) // of 2 MiB
	for _, left := range []int{1, 4, 7} {
		_, err := s.Find(&countingContext{t.Context(), left}, text, 16)
		assert.ErrorIs(t, err, context.Canceled, "the context is asked more than %d times", left)
	}
	_, err := s.Find(&countingContext{t.Context(), 1000}, text, 16)
	assert.NoError(t, err, "and not for each item")
}

func TestMemoryDoesNotGrowWithInvalidItems(t *testing.T) {
	s := compile(&openapi3.Schema{AnyOf: openapi3.SchemaRefs{
		openapi3.NewArraySchema().WithItems(openapi3.NewIntegerSchema().WithMin(1)).NewRef(),
		openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema().WithMaxLength(3)).NewRef(),
	}})
	allocations := func(items int) float64 {
		text := arrayOf(items)
		return testing.AllocsPerRun(10, func() {
			found, err := s.Find(t.Context(), text, 16)
			require.NoError(t, err)
			require.Len(t, found, 1)
		})
	}
	assert.InDelta(t, allocations(10), allocations(100_000), 2)
}

func TestFindReturnsAtMostSoMany(t *testing.T) {
	s := compile(openapi3.NewArraySchema().WithItems(openapi3.NewStringSchema()))
	for most := 1; most <= 4; most++ {
		var want []string
		for i := range most {
			want = append(want, fmt.Sprintf("/%d type", i))
		}
		assert.Equal(t, want, findings(t, s, arrayOf(100), most))
	}
}
