package fastpath

import (
	"errors"
	"maps"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
)

// withFormats lets a test register formats, which kin-openapi does process-wide.
func withFormats(t *testing.T) {
	texts, integers, numbers := maps.Clone(openapi3.SchemaStringFormats), maps.Clone(openapi3.SchemaIntegerFormats), maps.Clone(openapi3.SchemaNumberFormats)
	t.Cleanup(func() {
		openapi3.SchemaStringFormats, openapi3.SchemaIntegerFormats, openapi3.SchemaNumberFormats = texts, integers, numbers
	})
}

func TestFormatsOfOtherOwnersAreKins(t *testing.T) {
	withFormats(t)
	never := openapi3.NewCallbackValidator(func(string) error { return errors.New("never") })
	for _, name := range []string{"byte", "date", "date-time", "uuid"} {
		schema := openapi3.NewStringSchema().WithFormat(name)
		assert.NotNil(t, Compile(schema, Request), name)
		openapi3.DefineStringFormatValidator(name, never)
		assert.Nil(t, Compile(schema, Request), name)
		openapi3.DefineStringFormatValidator(name, openapi3.NewRegexpFormatValidator("^x$"))
		assert.Nil(t, Compile(schema, Request), name)
	}
	for _, name := range []string{"int32", "int64", "uint8"} {
		schema := openapi3.NewIntegerSchema().WithFormat(name)
		assert.NotNil(t, Compile(schema, Request), name)
		openapi3.DefineIntegerFormatValidator(name, openapi3.NewRangeFormatValidator[int64](0, 1))
		assert.Nil(t, Compile(schema, Request), name)
		openapi3.DefineIntegerFormatValidator(name, openapi3.NewCallbackValidator(func(int64) error { return nil }))
		assert.Nil(t, Compile(schema, Request), name)
	}
	number := openapi3.NewFloat64Schema().WithFormat("float")
	assert.NotNil(t, Compile(number, Request))
	openapi3.DefineNumberFormatValidator("float", openapi3.NewRangeFormatValidator(0.0, 1))
	assert.Nil(t, Compile(number, Request))
}

// One that a schema has in an allOf is not looked at as another type's.
func TestAFormatOfAPartWithoutATypeIsKins(t *testing.T) {
	withFormats(t)
	openapi3.DefineNumberFormatValidator("int32", openapi3.NewRangeFormatValidator(0.0, 1))
	part := &openapi3.Schema{Format: "int32"}
	assert.Nil(t, Compile(openapi3.NewAllOfSchema(openapi3.NewIntegerSchema(), part), Request))
}
