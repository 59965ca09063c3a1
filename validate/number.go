package validate

import (
	"strconv"
	"strings"
)

// The largest integer below which a float64, which is what many parsers make of
// every number, has all of them (RFC 8259, section 6).
const maxExact = 1 << 53

// isExact tells whether a number is the same to every parser: one that a float64
// holds, or an integer of 64 bits where wide says that the contract has one.
// Of a fraction it holds 17 digits, with which it can be written again.
func isExact(literal string, wide bool) bool {
	if strings.ContainsAny(literal, ".eE") {
		f, err := strconv.ParseFloat(literal, 64)
		digits := significant(literal)
		return err == nil && len(digits) <= 17 && (f != 0 || digits == "")
	}
	if len(literal) <= 15 {
		return true
	}
	n, err := strconv.ParseInt(literal, 10, 64)
	return err == nil && (wide || -maxExact <= n && n <= maxExact)
}

// significant returns the digits that count of a number's mantissa.
func significant(literal string) string {
	if i := strings.IndexAny(literal, "eE"); i >= 0 {
		literal = literal[:i]
	}
	digits := strings.Map(func(r rune) rune {
		if r < '0' || r > '9' {
			return -1
		}
		return r
	}, literal)
	return strings.Trim(digits, "0")
}
