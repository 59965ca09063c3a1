package check

import (
	"strconv"
	"strings"
)

// maxExact is the largest integer up to which a float64, which many parsers make of
// every number, holds each one (RFC 8259, section 6).
const maxExact = 1 << 53

// isExact reports whether every parser takes a number for the same: a float64 holds
// it, or it is an integer of 64 bits and the contract has one there. A float64 holds
// 17 digits of a fraction.
func isExact(literal string, isInt64 bool) bool {
	if strings.ContainsAny(literal, ".eE") {
		f, err := strconv.ParseFloat(literal, 64)
		digits := significant(literal)
		return err == nil && len(digits) <= 17 && (f != 0 || digits == "")
	}
	if len(literal) <= 15 {
		return true
	}
	n, err := strconv.ParseInt(literal, 10, 64)
	return err == nil && (isInt64 || -maxExact <= n && n <= maxExact)
}

// significant returns the significant digits of a number.
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
