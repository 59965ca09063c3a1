package fastpath

import (
	"math"
	"reflect"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// A numberRule is what a schema requires of numbers. It compares float64s, as
// kin-openapi does.
type numberRule struct {
	integer                    bool // only integers
	int64                      bool // integers of 64 bits, beyond jsontoken.MaxExact
	min, max                   float64
	exclusiveMin, exclusiveMax bool
	enum                       []float64 // nil: no enum
	multipleOf                 int64     // 0: no multipleOf
	formatMin, formatMax       float64
	unconstrained              bool // no keyword restricts the value
}

func newNumberRule() *numberRule {
	return &numberRule{min: math.Inf(-1), max: math.Inf(1), formatMin: math.Inf(-1), formatMax: math.Inf(1), unconstrained: true}
}

// number reads the number at i, and sets v to it unless to is nil.
func (s *scanner[T]) number(r *numberRule, i int, to *target, v reflect.Value) int {
	lit := s.literal(i, r.int64, r.unconstrained && to == nil)
	if lit.end < 0 || r.integer && !lit.isInteger || !r.unconstrained && !r.allows(&lit) {
		return fallback
	}
	if to != nil && !setNumber(to, v, &lit, s.text[i:lit.end]) {
		return fallback
	}
	return lit.end
}

func (r *numberRule) allows(lit *literal) bool {
	f := lit.float
	if !(f >= r.min && f <= r.max && f >= r.formatMin && f <= r.formatMax) ||
		r.exclusiveMin && f == r.min || r.exclusiveMax && f == r.max {
		return false
	}
	if r.multipleOf != 0 && (!lit.isInteger || lit.value > jsontoken.MaxExact || lit.value < -jsontoken.MaxExact || lit.value%r.multipleOf != 0) {
		return false
	}
	return r.enum == nil || slices.Contains(r.enum, f)
}
