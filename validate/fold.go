package validate

import (
	"strings"
	"unicode"
)

// fold maps names that encoding/json takes for the same field to one text: of
// each letter's simple case foldings, the smallest (so the Kelvin sign is K).
func fold(name string) string {
	return strings.Map(func(r rune) rune {
		for {
			next := unicode.SimpleFold(r)
			if next <= r { // round the orbit to its smallest
				return next
			}
			r = next
		}
	}, name)
}
