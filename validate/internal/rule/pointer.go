package rule

import "strings"

var pointerEscapes = strings.NewReplacer("~", "~0", "/", "~1")

// Pointer returns names as a JSON pointer (RFC 6901).
func Pointer(names ...string) string {
	var b strings.Builder
	for _, name := range names {
		b.WriteByte('/')
		b.WriteString(pointerEscapes.Replace(name))
	}
	return b.String()
}
