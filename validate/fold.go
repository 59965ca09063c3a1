package validate

import (
	"unicode"
	"unicode/utf8"
)

// fold maps names that encoding/json takes for the same field to one text: of
// each letter's simple case foldings, the smallest (so the Kelvin sign is K).
func fold(name string) string { return string(appendFold(nil, name)) }

func appendFold(b []byte, name string) []byte {
	for _, r := range name {
		for {
			next := unicode.SimpleFold(r)
			if next <= r { // round the orbit to its smallest
				r = next
				break
			}
			r = next
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}
