package fastpath

import (
	"errors"
	"fmt"
	"maps"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/stretchr/testify/assert"
)

// withFormats lets a test register formats, which kin-openapi does for the whole
// process. Such a test must not run in parallel with others.
func withFormats(t *testing.T) {
	texts, integers, numbers := maps.Clone(openapi3.SchemaStringFormats), maps.Clone(openapi3.SchemaIntegerFormats), maps.Clone(openapi3.SchemaNumberFormats)
	t.Cleanup(func() {
		openapi3.SchemaStringFormats, openapi3.SchemaIntegerFormats, openapi3.SchemaNumberFormats = texts, integers, numbers
	})
}

func TestAFormatThatSomeoneElseRegisteredFallsBack(t *testing.T) {
	withFormats(t)
	never := openapi3.NewCallbackValidator(func(string) error { return errors.New("never") })
	for _, name := range []string{"byte", "date", "date-time", "uuid"} {
		schema := openapi3.NewStringSchema().WithFormat(name)
		own := openapi3.SchemaStringFormats[name]
		assert.NotNil(t, Compile(schema, Request), name)
		openapi3.DefineStringFormatValidator(name, never)
		assert.Nil(t, Compile(schema, Request), name)
		openapi3.DefineStringFormatValidator(name, openapi3.NewRegexpFormatValidator("^x$"))
		assert.Nil(t, Compile(schema, Request), name)
		if own != nil {
			openapi3.DefineStringFormatValidator(name, own)
			assert.NotNil(t, Compile(schema, Request), "%s registered again", name)
		}
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

// wrapped returns a check that refuses one text more. All of them share one
// function, because wrapped is not inlined.
//
//go:noinline
func wrapped(check openapi3.StringFormatValidator, refused string) openapi3.StringFormatValidator {
	return openapi3.NewCallbackValidator(func(text string) error {
		if text == refused {
			return errors.New("refused")
		}
		return check.Validate(text)
	})
}

func TestADateCheckOfSomeoneElseIsNotTakenForTheLibrarysOwn(t *testing.T) {
	withFormats(t)
	date, dateTime := openapi3.SchemaStringFormats["date"], openapi3.SchemaStringFormats["date-time"]
	schema := openapi3.NewStringSchema().WithFormat("date")
	for name, check := range map[string]openapi3.StringFormatValidator{
		"a wrapper":             wrapped(date, "2024-07-14"),
		"the other format's":    dateTime,
		"a pattern alone":       openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringDate),
		"a pattern in function": openapi3.NewCallbackValidator(openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringDate).Validate),
	} {
		openapi3.DefineStringFormatValidator("date", check)
		assert.Nil(t, Compile(schema, Request), name)
	}
}

// A program may register its checks before this package is initialized.
func TestChecksRegisteredFirstAreNotTakenForTheLibrarysOwn(t *testing.T) {
	date, dateTime := openapi3.SchemaStringFormats["date"], openapi3.SchemaStringFormats["date-time"]
	assert.NotZero(t, findDateFunc(date, dateTime))
	assert.Zero(t, findDateFunc(nil, nil))
	assert.Zero(t, findDateFunc(wrapped(date, "2024-07-14"), dateTime), "one of them")
	assert.Zero(t, findDateFunc(dateTime, date), "exchanged")
	for _, refused := range []string{"", "2023-02-29", "0000-01-01", "9999-12-31"} {
		assert.Zero(t, findDateFunc(wrapped(date, refused), wrapped(dateTime, refused)), refused)
	}
	own := openapi3.NewCallbackValidator(func(string) error { return nil })
	assert.Zero(t, findDateFunc(own, own))
}

// The type of the part, and not the type of the whole, selects the check.
func TestAFormatInAPartWithoutATypeFallsBack(t *testing.T) {
	withFormats(t)
	openapi3.DefineNumberFormatValidator("int32", openapi3.NewRangeFormatValidator(0.0, 1))
	part := &openapi3.Schema{Format: "int32"}
	assert.Nil(t, Compile(openapi3.NewAllOfSchema(openapi3.NewIntegerSchema(), part), Request))
}

func TestIsDayFollowsTheCalendar(t *testing.T) {
	for _, year := range []int{0, 1, 4, 100, 400, 1600, 1700, 1800, 1900, 1996, 1999, 2000, 2004, 2023, 2024, 2100, 2400, 9999} {
		for month := 1; month <= 12; month++ {
			for day := 1; day <= 31; day++ {
				date := fmt.Sprintf("%04d-%02d-%02d", year, month, day)
				_, err := time.Parse(time.DateOnly, date)
				assert.Equal(t, err == nil, isDay(date), date)
			}
		}
	}
}
