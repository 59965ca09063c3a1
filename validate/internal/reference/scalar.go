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

// A scalarRule is what a schema requires of strings and numbers.
type scalarRule struct {
	strings, numbers bool              // more is required of them than their type
	schema           *openapi3.Schema  // with these keywords alone
	fast             *fastpath.Program // nil: kin-openapi checks every value
	refuses          bool              // what fast falls back for is invalid, if it has no escape, no fraction and at most 15 digits
	multipleOf       float64           // a fraction, which fast ignores; 0: none
}

func (c *Compiler) scalar(from *openapi3.Schema) scalarRule {
	r := scalarRule{schema: &openapi3.Schema{
		Type: from.Type, Format: from.Format,
		MinLength: from.MinLength, MaxLength: from.MaxLength, Pattern: from.Pattern,
		Min: from.Min, Max: from.Max, ExclusiveMin: from.ExclusiveMin, ExclusiveMax: from.ExclusiveMax, MultipleOf: from.MultipleOf,
	}}
	r.strings = from.Format != "" || from.MinLength != 0 || from.MaxLength != nil || from.Pattern != ""
	r.numbers = from.Format != "" || from.Min != nil || from.Max != nil || from.ExclusiveMin.IsSet() || from.ExclusiveMax.IsSet() ||
		from.MultipleOf != nil || from.Type.Permits("integer") && !from.Type.Permits("number")
	fast := *r.schema
	if m := from.MultipleOf; m != nil && *m > 0 && *m != math.Trunc(*m) {
		fast.MultipleOf, r.multipleOf = nil, *m
	}
	if r.strings || r.numbers {
		r.fast = c.compile(&fast, c.direction)
	}
	r.refuses = r.fast != nil && (from.Format == "" || from.Format == "int32" || from.Format == "int64")
	return r
}

// checkString checks the string at i.
func (c *checker) checkString(r *scalarRule, i int) (end int, ok bool) {
	end = c.stringEnd(i)
	switch {
	case !r.strings, r.fast.JSONString(c.text[i:end]):
		return end, true
	case strings.IndexByte(c.text[i:end], '\\') < 0:
		if r.refuses && c.trials > 0 && r.schema.Type.Is("string") {
			return end, false
		}
		return end, c.checkWithKin(r, c.text[i+1:end-1])
	}
	value := c.decode(i, end)
	return end, r.fast.Text(value) || c.checkWithKin(r, value)
}

// checkNumber checks the number at i.
func (c *checker) checkNumber(r *scalarRule, i int) (end int, ok bool) {
	end = c.literalEnd(i)
	if !r.numbers {
		return end, true
	}
	value := c.text[i:end]
	ok = r.fast.JSONString(value)
	switch {
	case ok && r.multipleOf == 0:
		return end, true
	case ok:
		f, err := strconv.ParseFloat(value, 64)
		yes, no := isMultiple(f, r.multipleOf)
		if err == nil && (yes || no && c.trials > 0) {
			return end, yes
		}
	case r.refuses && c.trials > 0 && len(value) <= 15 && !strings.ContainsAny(value, ".eE") && value != "-0":
		return end, false
	}
	return end, c.checkWithKin(r, json.Number(value))
}

// isMultiple reports whether kin-openapi certainly takes a number for a multiple
// (yes), or certainly does not (no). kin-openapi computes with exact fractions and
// has a tolerance of 2^-51 of the number. The rounding error here is less than a
// quarter of that.
func isMultiple(f, of float64) (yes, no bool) {
	const maxQuotient = 1 << 40 // the rounding error of a larger quotient matters
	quotient := math.Round(f / of)
	if math.Abs(quotient) > maxQuotient {
		return false, false
	}
	rest := math.Abs(f - quotient*of)
	return rest == 0, rest > math.Abs(f)*0x1p-48
}

// checkWithKin lets kin-openapi check a scalar. Outside of a trial it reports
// everything that kin-openapi finds.
func (c *checker) checkWithKin(r *scalarRule, value any) bool {
	c.spend(16) // the cost of a call, in addition to the length of the value
	mode := openapi3.FailFast()
	if c.trials == 0 {
		mode = openapi3.MultiErrors()
	}
	err := r.schema.VisitJSON(value, mode)
	if err != nil && c.trials == 0 {
		c.reportError(err)
	}
	return err == nil
}

// reportError reports the errors of kin-openapi without their text, because it
// quotes schema and value.
func (c *checker) reportError(err error) {
	switch e := err.(type) { // errors.As would find only the first of several
	case openapi3.MultiError:
		for _, one := range e {
			c.reportError(one)
		}
	case *openapi3.SchemaError:
		c.report(e.SchemaField, errors.New(e.Reason))
	default:
		c.report("decode", err)
	}
}
