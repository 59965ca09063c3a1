package validate

import (
	"net/http"

	"github.com/getkin/kin-openapi/routers"
)

// RouteOf shows tests what kin-openapi is to be asked about a request.
func (v *Validator) RouteOf(r *http.Request) (*routers.Route, map[string]string) {
	op, values, _ := v.find(r.Method, r.URL, nil)
	if op == nil {
		return nil, nil
	}
	return op.route, values.asMap()
}

// Keys shows tests what Handler wants a handler for.
func (v *Validator) Keys() (keys []string) {
	for _, op := range v.operations {
		keys = append(keys, op.key())
	}
	return keys
}

// Accepts shows tests whether the compiled checks take a request, so that
// kin-openapi is not asked, and what its body is bound to.
func (v *Validator) Accepts(r *http.Request, text string) (bound any, accepted bool) {
	op, path, _ := v.find(r.Method, r.URL, nil)
	if op == nil {
		return nil, false
	}
	bound, accepted = op.acceptsBody(r.Header, text, true)
	return bound, accepted && op.acceptsParameters(r, path)
}

// AcceptsResponse does so for the response to r.
func (v *Validator) AcceptsResponse(r *http.Request, status int, h http.Header, text string) bool {
	op, _, _ := v.find(r.Method, r.URL, nil)
	if op == nil {
		return false
	}
	m, streams, ok := op.acceptsHead(newHead(r.Method, status, h))
	return ok && (streams || acceptsText(m, h, text))
}
