package fastpath

import (
	"math"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// A literal is a number of the text.
type literal struct {
	end       int // fallback: there is no number, or parsers read it differently
	isInteger bool
	value     int64   // of an integer
	float     float64 // the nearest float64
}

// literal reads the number at i. int64s says that an integer may have 64 bits. If
// skipValue is set, the value of a fraction need not be computed.
func (s *scanner[T]) literal(i int, int64s, skipValue bool) (lit literal) {
	lit.end = fallback
	start := i
	if i < len(s.text) && s.text[i] == '-' {
		i++
	}
	first := i
	var value uint64
	for ; i < len(s.text) && '0' <= s.text[i] && s.text[i] <= '9'; i++ {
		value = value*10 + uint64(s.text[i]-'0') // it may overflow at 20 digits, and then it is not used
	}
	digits := i - first
	if digits == 0 || digits > 1 && s.text[first] == '0' {
		return lit
	}
	if i < len(s.text) && (s.text[i] == '.' || s.text[i]|0x20 == 'e') {
		return s.fraction(start, first, i, skipValue)
	}
	limit := uint64(jsontoken.MaxExact)
	if int64s {
		limit = math.MaxInt64
	}
	if digits > 19 || value > limit || first > start && value == 0 { // some parsers read -0 as an integer
		return lit
	}
	lit.end, lit.isInteger, lit.value = i, true, int64(value)
	if first > start {
		lit.value = -lit.value
	}
	lit.float = float64(lit.value)
	return lit
}

// fraction continues a number at the point or the exponent at i. The number
// starts at start, and its first digit stands at first.
func (s *scanner[T]) fraction(start, first, i int, skipValue bool) (lit literal) {
	lit.end = fallback
	point := i
	if s.text[i] == '.' {
		if i = s.digits(i + 1); i == point+1 {
			return lit
		}
	}
	mantissa := i
	if i < len(s.text) && s.text[i]|0x20 == 'e' {
		i++
		if i < len(s.text) && (s.text[i] == '+' || s.text[i] == '-') {
			i++
		}
		exponent := i
		if i = s.digits(i); i == exponent {
			return lit
		}
	}
	size := mantissa - first
	switch {
	case skipValue && i == mantissa && (size <= 18 || size == 19 && s.text[first] == '0'): // 17 digits and a point are exact
	case i == mantissa && size <= 16: // 15 digits and a point
		lit.float = decimal(s.text[first:point], s.text[point+1:i])
	default:
		float, exact := jsontoken.Float(s.text[first:i])
		if !exact {
			return lit
		}
		lit.float = float
	}
	if first > start {
		lit.float = -lit.float
	}
	lit.end = i
	return lit
}

// digits returns the offset after the digits at i.
func (s *scanner[T]) digits(i int) int {
	for i < len(s.text) && '0' <= s.text[i] && s.text[i] <= '9' {
		i++
	}
	return i
}

// decimal returns the float64 of a number with at most 15 digits before and after
// the point. Such a number and its power of ten are exact, so their quotient is
// the nearest float64.
func decimal[T jsontoken.Text](before, after T) float64 {
	value, scale := 0.0, 1.0
	for i := range len(before) {
		value = value*10 + float64(before[i]-'0')
	}
	for i := range len(after) {
		value, scale = value*10+float64(after[i]-'0'), scale*10
	}
	return value / scale
}
