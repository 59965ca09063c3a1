package jsontoken

import (
	"strconv"
	"strings"
)

// MaxExact is the largest integer up to which a float64 holds all integers. Many
// parsers make a float64 of every number (RFC 8259, section 6).
const MaxExact = 1 << 53

// maxDigits is how many significant digits of a fraction are exact: a float64
// printed with 17 digits can be read again.
const maxDigits = 17

// IsExact reports whether every parser reads the number literal as the same
// value. int64 says that the contract declares an integer of 64 bits here, so
// that the integer need not fit a float64.
func IsExact(literal string, int64 bool) bool {
	if strings.ContainsAny(literal, ".eE") {
		_, exact := Float(literal)
		return exact
	}
	if len(literal) <= 15 {
		return true
	}
	n, err := strconv.ParseInt(literal, 10, 64)
	return err == nil && (int64 || -MaxExact <= n && n <= MaxExact)
}

// Float returns the float64 nearest to a number literal. exact is false if the
// literal has more significant digits than a float64 can hold, or if it
// overflows or underflows.
func Float[T Text](literal T) (f float64, exact bool) {
	f, err := strconv.ParseFloat(string(literal), 64)
	digits := significantDigits(literal)
	return f, err == nil && digits <= maxDigits && (f != 0 || digits == 0)
}

// significantDigits counts a literal's digits from the first to the last that is
// not zero. It stops at the exponent.
func significantDigits[T Text](literal T) (count int) {
	zeros := 0 // after the last digit that was counted
	for i := range len(literal) {
		switch c := literal[i]; {
		case c|0x20 == 'e':
			return count
		case c < '0' || c > '9' || c == '0' && count == 0:
		case c == '0':
			zeros++
		default:
			count, zeros = count+zeros+1, 0
		}
	}
	return count
}
