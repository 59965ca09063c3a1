package fastpath

import (
	"math"
	"reflect"

	"github.com/getkin/kin-openapi/openapi3"
)

// A number is what a schema asks of numbers. As kin-openapi does, it compares
// float64s.
type number struct {
	whole          bool // integers alone
	wide           bool // of 64 bits, beyond maxExact
	low, high      float64
	aboveLow       bool // low itself is not accepted
	belowHigh      bool
	enum           []float64 // nil: any
	multipleOf     int64     // 0: of any
	smallest, most float64   // of the format
	any            bool      // of all this nothing
}

func newNumber() *number {
	return &number{low: math.Inf(-1), high: math.Inf(1), smallest: math.Inf(-1), most: math.Inf(1), any: true}
}

// compileNumber returns nil where every number needs kin-openapi.
func compileNumber(s *openapi3.Schema) *number {
	n := newNumber()
	n.whole = s.Type.Is(openapi3.TypeInteger)
	n.wide = s.Format == "int64"
	if s.Min != nil {
		n.low, n.aboveLow = *s.Min, s.ExclusiveMin.Bool != nil && *s.ExclusiveMin.Bool
	}
	if s.Max != nil {
		n.high, n.belowHigh = *s.Max, s.ExclusiveMax.Bool != nil && *s.ExclusiveMax.Bool
	}
	if m := s.MultipleOf; m != nil {
		if *m < 1 || *m > maxExact || *m != math.Trunc(*m) { // kin-openapi has a tolerance for fractions
			return nil
		}
		n.multipleOf = int64(*m)
	}
	if len(s.Enum) > 0 {
		n.enum = []float64{}
		for _, v := range s.Enum {
			switch v := v.(type) {
			case float64:
				n.enum = append(n.enum, v)
			case int:
				n.enum = append(n.enum, float64(v))
			case int64:
				n.enum = append(n.enum, float64(v))
			case uint64:
				n.enum = append(n.enum, float64(v))
			}
		}
	}
	if s.Format != "" && !n.format(s.Format) {
		return nil
	}
	n.any = s.Min == nil && s.Max == nil && n.multipleOf == 0 && n.enum == nil && math.IsInf(n.most, 1)
	return n
}

// number reads the number at i.
func (s *scan[T]) number(n *number, i int, to *slot, v reflect.Value) int {
	lit := s.literal(i, n.wide, n.any && to == nil)
	if lit.end < 0 || n.whole && !lit.whole || !n.any && !n.fits(&lit) {
		return doubt
	}
	if to != nil && !setNumber(to, v, &lit, s.text[i:lit.end]) {
		return doubt
	}
	return lit.end
}

func (n *number) fits(lit *literal) bool {
	f := lit.float
	if !(f >= n.low && f <= n.high && f >= n.smallest && f <= n.most) ||
		n.aboveLow && f == n.low || n.belowHigh && f == n.high {
		return false
	}
	if n.multipleOf != 0 && (!lit.whole || lit.value > maxExact || lit.value < -maxExact || lit.value%n.multipleOf != 0) {
		return false
	}
	if n.enum == nil {
		return true
	}
	for _, one := range n.enum {
		if one == f {
			return true
		}
	}
	return false
}
