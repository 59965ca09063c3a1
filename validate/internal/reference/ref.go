package reference

import "strings"

// refOf is what a discriminator's mapping means: it may also be the name of a
// schema alone.
func refOf(ref string) string {
	if ref != "" && !strings.Contains(ref, "/") {
		return "#/components/schemas/" + ref
	}
	return ref
}
