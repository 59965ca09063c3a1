package fastpath

import (
	"fmt"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
)

// SetKey returns a string that identifies a set of schemas by their addresses,
// whatever their order.
func SetKey(schemas []*openapi3.Schema) string {
	addresses := make([]string, len(schemas))
	for i, s := range schemas {
		addresses[i] = fmt.Sprintf("%p", s)
	}
	slices.Sort(addresses)
	return strings.Join(slices.Compact(addresses), " ")
}
