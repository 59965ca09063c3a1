package validate

import (
	"net/http"

	"github.com/getkin/kin-openapi/routers"
)

// RouteOf shows tests what kin-openapi is to be asked about a request.
func (v *Validator) RouteOf(r *http.Request) (*routers.Route, map[string]string) {
	op, values, _ := v.find(r.Method, r.URL)
	if op == nil {
		return nil, nil
	}
	return op.route, values
}
