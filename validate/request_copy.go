package validate

import (
	"net/http"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/contract"
)

// copyWithPath returns a shallow copy of r that has the path values; r keeps its
// own.
func copyWithPath(r *http.Request, path *contract.PathValues) *http.Request {
	out := *r
	for name, value := range path.All {
		before := r.PathValue(name)
		if out.SetPathValue(name, value); r.PathValue(name) != before {
			r.SetPathValue(name, before) // r shares its values with its copies
			deep := r.Clone(r.Context())
			for name, value := range path.All {
				deep.SetPathValue(name, value)
			}
			return deep
		}
	}
	return &out
}
