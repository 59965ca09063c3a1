package reference

import (
	"encoding/json"
	"errors"
	"math"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

// A scalar is what a schema asks of strings and numbers.
type scalar struct {
	texts, numbers bool              // more is asked than that they are such
	schema         *openapi3.Schema  // these keywords alone
	quick          *fastpath.Program // nil: always kin-openapi
	exact          bool              // what quick refuses, and has neither escape nor fraction nor more than 15 digits, is refused
	multipleOf     float64           // of a fraction, which quick leaves out; 0: none
}

func (c *Compiler) scalar(from *openapi3.Schema) scalar {
	s := scalar{schema: &openapi3.Schema{
		Type: from.Type, Format: from.Format,
		MinLength: from.MinLength, MaxLength: from.MaxLength, Pattern: from.Pattern,
		Min: from.Min, Max: from.Max, ExclusiveMin: from.ExclusiveMin, ExclusiveMax: from.ExclusiveMax, MultipleOf: from.MultipleOf,
	}}
	s.texts = from.Format != "" || from.MinLength != 0 || from.MaxLength != nil || from.Pattern != ""
	s.numbers = from.Format != "" || from.Min != nil || from.Max != nil || from.ExclusiveMin.IsSet() || from.ExclusiveMax.IsSet() ||
		from.MultipleOf != nil || from.Type.Permits("integer") && !from.Type.Permits("number")
	quick := *s.schema
	if m := from.MultipleOf; m != nil && *m > 0 && *m != math.Trunc(*m) {
		quick.MultipleOf, s.multipleOf = nil, *m
	}
	if s.texts || s.numbers {
		s.quick = c.quick(&quick, c.direction)
	}
	s.exact = s.quick != nil && (from.Format == "" || from.Format == "int32" || from.Format == "int64")
	return s
}

func (r *run) textual(s *scalar, i int) (end int, ok bool) {
	end = r.quoted(i)
	switch {
	case !s.texts, s.quick.JSONString(r.text[i:end]):
		return end, true
	case strings.IndexByte(r.text[i:end], '\\') < 0:
		if s.exact && r.quiet > 0 && s.schema.Type.Is("string") {
			return end, false
		}
		return end, r.ask(s, r.text[i+1:end-1])
	}
	value := r.decoded(i, end)
	return end, s.quick.Text(value) || r.ask(s, value)
}

func (r *run) numeric(s *scalar, i int) (end int, ok bool) {
	end = r.scalarEnd(i)
	if !s.numbers {
		return end, true
	}
	value := r.text[i:end]
	ok = s.quick.JSONString(value)
	switch {
	case ok && s.multipleOf == 0:
		return end, true
	case ok:
		f, err := strconv.ParseFloat(value, 64)
		yes, no := isMultiple(f, s.multipleOf)
		if err == nil && (yes || no && r.quiet > 0) {
			return end, yes
		}
	case s.exact && r.quiet > 0 && len(value) <= 15 && !strings.ContainsAny(value, ".eE") && value != "-0":
		return end, false
	}
	return end, r.ask(s, json.Number(value))
}

// isMultiple tells whether kin-openapi takes a number for a multiple, where that
// needs no exact fractions: it has a tolerance of 2^-51 of the number, and the
// rounding here is less than a quarter of that.
func isMultiple(f, of float64) (yes, no bool) {
	const enough = 1 << 40 // the quotients whose rounding does not matter
	times := math.Round(f / of)
	if math.Abs(times) > enough {
		return false, false
	}
	away := math.Abs(f - times*of)
	return away == 0, away > math.Abs(f)*0x1p-48
}

// ask is kin-openapi's verdict on a scalar. It says all that is wrong where that
// is told.
func (r *run) ask(s *scalar, value any) bool {
	r.spend(16) // what a call costs beside the value's length
	how := openapi3.FailFast()
	if r.quiet == 0 {
		how = openapi3.MultiErrors()
	}
	err := s.schema.VisitJSON(value, how)
	if err != nil && r.quiet == 0 {
		r.tell(err)
	}
	return err == nil
}

func (r *run) tell(err error) {
	switch e := err.(type) { // not errors.As: it would stop at the first of many
	case openapi3.MultiError:
		for _, one := range e {
			r.tell(one)
		}
	case *openapi3.SchemaError:
		r.fail(e.SchemaField, errors.New(e.Reason)) // its text would quote schema and value
	default:
		r.fail("decode", err)
	}
}
