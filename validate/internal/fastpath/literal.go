package fastpath

import (
	"math"
	"strconv"
)

// The largest integer below which a float64, which is what many parsers make of
// every number, has all of them (RFC 8259, section 6).
const maxExact = 1 << 53

// A literal is a number as it was read.
type literal struct {
	end   int // doubt: there is none, or parsers differ
	whole bool
	value int64   // where whole
	float float64 // the nearest
}

// literal reads a number's text. Of a fraction that nobody asks for the value may
// be left out.
func (s *scan[T]) literal(i int, wide, idle bool) (lit literal) {
	lit.end = doubt
	start := i
	if i < len(s.text) && s.text[i] == '-' {
		i++
	}
	first := i
	var value uint64
	for ; i < len(s.text) && '0' <= s.text[i] && s.text[i] <= '9'; i++ {
		value = value*10 + uint64(s.text[i]-'0') // of 20 digits and more it is not used
	}
	digits := i - first
	if digits == 0 || digits > 1 && s.text[first] == '0' {
		return lit
	}
	if i < len(s.text) && (s.text[i] == '.' || s.text[i]|0x20 == 'e') {
		return s.fraction(start, first, i, idle)
	}
	limit := uint64(maxExact)
	if wide {
		limit = math.MaxInt64
	}
	if digits > 19 || value > limit || first > start && value == 0 { // -0 is an integer to some
		return lit
	}
	lit.end, lit.whole, lit.value = i, true, int64(value)
	if first > start {
		lit.value = -lit.value
	}
	lit.float = float64(lit.value)
	return lit
}

// fraction reads on at i, after the digits before a point or an exponent.
func (s *scan[T]) fraction(start, first, i int, idle bool) (lit literal) {
	lit.end = doubt
	point, ok := i, false
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
		sign := i
		if i = s.digits(i); i == sign {
			return lit
		}
	}
	size := mantissa - first
	switch {
	case idle && i == mantissa && (size <= 18 || size == 19 && s.text[first] == '0'): // 17 digits and a point
	case i == mantissa && size <= 16: // 15
		lit.float = decimal(s.text[first:point], s.text[point+1:i])
	default:
		if lit.float, ok = exactFloat(s.text[first:i], s.text[first:mantissa]); !ok {
			return lit
		}
	}
	if first > start {
		lit.float = -lit.float
	}
	lit.end = i
	return lit
}

func (s *scan[T]) digits(i int) int {
	for i < len(s.text) && '0' <= s.text[i] && s.text[i] <= '9' {
		i++
	}
	return i
}

// decimal returns the float64 of a number of 15 digits at most: it and the power
// of ten are exact, so that their quotient is the nearest.
func decimal[T chars](before, after T) float64 {
	value, scale := 0.0, 1.0
	for i := range len(before) {
		value = value*10 + float64(before[i]-'0')
	}
	for i := range len(after) {
		value, scale = value*10+float64(after[i]-'0'), scale*10
	}
	return value / scale
}

// exactFloat returns a number's float64, and whether it holds all of it: 17
// digits, with which it can be written again.
func exactFloat[T chars](text, mantissa T) (float float64, ok bool) {
	float, err := strconv.ParseFloat(string(text), 64)
	count, zeros := 0, 0 // of the digits from the first that counts to the last, and those after
	for i := range len(mantissa) {
		switch c := mantissa[i]; {
		case c == '.' || c == '0' && count == 0:
		case c == '0':
			zeros++
		default:
			count, zeros = count+zeros+1, 0
		}
	}
	return float, err == nil && count <= 17 && (float != 0 || count == 0)
}
