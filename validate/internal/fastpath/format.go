package fastpath

import (
	"math"
	"reflect"
	"runtime"
	"strings"
	"sync"

	"github.com/getkin/kin-openapi/openapi3"
)

// The patterns of the formats that kin-openapi registers, made when a schema has
// one.
var (
	base64Text   = madeOnce(openapi3.FormatOfStringByte)
	dateText     = madeOnce(openapi3.FormatOfStringDate)
	dateTimeText = madeOnce(openapi3.FormatOfStringDateTime)
)

func madeOnce(expression string) func() *pattern {
	return sync.OnceValue(func() *pattern { return compilePattern(expression) })
}

// format adds what kin-openapi asks of a string of this format. It asks nothing
// of one that is not registered with it, as email; false is one whose check is
// not known here.
func (t *text) format(name string) bool {
	check, ok := openapi3.SchemaStringFormats[name]
	switch {
	case !ok:
		return true
	case name == "byte" && reflect.DeepEqual(check, openapi3.NewRegexpFormatValidator(openapi3.FormatOfStringByte)):
		t.matches = append(t.matches, base64Text())
	case name == "date" && isDate(check):
		t.matches, t.dated = append(t.matches, dateText()), true
	case name == "date-time" && isDate(check):
		t.matches, t.dated = append(t.matches, dateTimeText()), true
	default:
		return false
	}
	return true
}

// isDate tells whether a format's check is kin-openapi's own of dates, which is
// a function that it does not export. Under another name it is not recognised.
func isDate(check openapi3.StringFormatValidator) bool {
	v := reflect.ValueOf(check)
	if v.Kind() != reflect.Struct || v.NumField() != 1 || v.Field(0).Kind() != reflect.Func {
		return false
	}
	f := runtime.FuncForPC(v.Field(0).Pointer())
	return f != nil && strings.Contains(f.Name(), "/openapi3.newDateFormatValidator.")
}

// format adds what kin-openapi asks of a number of this format; false is a check
// that is not known here.
func (n *number) format(name string) bool {
	if !n.whole {
		_, ok := openapi3.SchemaNumberFormats[name]
		return !ok
	}
	check, ok := openapi3.SchemaIntegerFormats[name]
	switch {
	case !ok:
		return true
	case check == openapi3.NewRangeFormatValidator[int64](math.MinInt32, math.MaxInt32):
		n.smallest, n.most = math.MinInt32, math.MaxInt32
		return true
	default:
		return check == openapi3.NewRangeFormatValidator[int64](math.MinInt64, math.MaxInt64) // as literals have it
	}
}

// isDay tells whether a date that has its form names a day that its month has.
func isDay[T chars](date T) bool {
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
