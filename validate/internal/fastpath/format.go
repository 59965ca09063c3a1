package fastpath

import (
	"math"
	"reflect"
	"sync"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// The patterns of the formats that kin-openapi registers itself. Each is compiled
// when a schema uses its format.
var (
	bytePattern     = compileOnce(openapi3.FormatOfStringByte)
	datePattern     = compileOnce(openapi3.FormatOfStringDate)
	dateTimePattern = compileOnce(openapi3.FormatOfStringDateTime)
)

func compileOnce(expression string) func() *pattern {
	return sync.OnceValue(func() *pattern { return compilePattern(expression) })
}

// addFormat adds what kin-openapi requires of a string with this format. It
// requires nothing if the format is not registered, such as email. addFormat
// returns false if someone else has registered the format.
func (r *stringRule) addFormat(name string) bool {
	check, ok := openapi3.SchemaStringFormats[name]
	switch {
	case !ok:
		return true
	case name == "byte" && reflect.DeepEqual(check, openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringByte)):
		r.patterns = append(r.patterns, bytePattern())
	case name == "date" && isOwn(check, initialDate):
		r.patterns, r.isDate = append(r.patterns, datePattern()), true
	case name == "date-time" && isOwn(check, initialDateTime):
		r.patterns, r.isDate = append(r.patterns, dateTimePattern()), true
	default:
		return false
	}
	return true
}

// addFormat adds what kin-openapi requires of a number with this format. It
// returns false if someone else has registered the format.
func (r *numberRule) addFormat(name string) bool {
	if !r.integer {
		_, ok := openapi3.SchemaNumberFormats[name]
		return !ok
	}
	check, ok := openapi3.SchemaIntegerFormats[name]
	switch {
	case !ok:
		return true
	case check == openapi3.NewRangeFormatValidator[int64](math.MinInt32, math.MaxInt32):
		r.formatMin, r.formatMax = math.MinInt32, math.MaxInt32
		return true
	default:
		return check == openapi3.NewRangeFormatValidator[int64](math.MinInt64, math.MaxInt64) // the range of a literal
	}
}

// kin-openapi does not export its own checks of date and date-time. These are the
// ones that are registered when this package is initialized.
var (
	initialDate     = openapi3.SchemaStringFormats["date"]
	initialDateTime = openapi3.SchemaStringFormats["date-time"]
)

// dateFunc returns the function of kin-openapi's own checks. It returns 0 if the
// function is unknown, because a program registered other checks before this
// package was initialized.
var dateFunc = sync.OnceValue(func() uintptr { return findDateFunc(initialDate, initialDateTime) })

// isOwn reports whether a registered check is kin-openapi's own check of the same
// format as initial. Its error for the empty string quotes its pattern.
func isOwn(check, initial openapi3.StringFormatValidator) bool {
	f := dateFunc()
	return f != 0 && funcOf(check) == f && check.Validate("").Error() == initial.Validate("").Error()
}

// findDateFunc returns the function that both checks share if they behave as
// kin-openapi's own checks, and otherwise 0. A wrapper gives itself away by limits
// of its own at the edges of the calendar, or by the type of its error.
func findDateFunc(date, dateTime openapi3.StringFormatValidator) uintptr {
	f := funcOf(date)
	if f == 0 || f != funcOf(dateTime) ||
		!hasPattern(date, openapi3.FormatOfStringDate) || !hasPattern(dateTime, openapi3.FormatOfStringDateTime) {
		return 0
	}
	for _, check := range []struct {
		openapi3.StringFormatValidator
		rest string
	}{{date, ""}, {dateTime, "T00:00:00Z"}} {
		_, isParseError := check.Validate("2023-02-29" + check.rest).(*time.ParseError)
		if !isParseError || check.Validate("0000-01-01"+check.rest) != nil || check.Validate("9999-12-31"+check.rest) != nil {
			return 0
		}
	}
	return f
}

// hasPattern reports whether a check refuses the empty string with the error that
// kin-openapi has for this pattern.
func hasPattern(check openapi3.StringFormatValidator, pattern string) bool {
	got, want := check.Validate(""), openapi3.NewRegexpFormatValidator(pattern).Validate("")
	return got != nil && want != nil && got.Error() == want.Error()
}

// funcOf returns the code pointer of a check that is one function, as
// [openapi3.NewCallbackValidator] makes it, or 0.
func funcOf(check openapi3.StringFormatValidator) uintptr {
	v := reflect.ValueOf(check)
	if v.Kind() != reflect.Struct || v.NumField() != 1 || v.Field(0).Kind() != reflect.Func {
		return 0
	}
	return v.Field(0).Pointer()
}

// isDay reports whether the day of a well-formed date exists in its month.
func isDay[T jsontoken.Text](date T) bool {
	two := func(i int) int { return int(date[i]-'0')*10 + int(date[i+1]-'0') }
	century, year, month, day := two(0), two(2), two(5), two(8)
	switch month {
	case 4, 6, 9, 11:
		return day <= 30
	case 2:
		leap := year%4 == 0 && (year != 0 || century%4 == 0)
		return day <= 28 || day == 29 && leap
	default:
		return true
	}
}
