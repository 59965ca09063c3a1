package validate

import (
	"net/http"

	"github.com/getkin/kin-openapi/routers"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/check"
)

// RouteOf returns what kin-openapi is to be asked about a request.
func (v *Validator) RouteOf(r *http.Request) (*routers.Route, map[string]string) {
	op, values, _ := v.find(r.Method, r.URL, nil)
	if op == nil {
		return nil, nil
	}
	item := v.contract.Document.Paths.Value(op.Path)
	return &routers.Route{
		Spec: v.contract.Document, Path: op.Path, PathItem: item, Method: op.Method, Operation: item.GetOperation(op.Method),
	}, values.Map()
}

// Keys returns what Handler wants a handler for.
func (v *Validator) Keys() (keys []string) {
	for _, op := range v.operations {
		keys = append(keys, op.Key())
	}
	return keys
}

// Accepts reports whether the compiled checks alone accept a request, and returns
// what its body is bound to.
func (v *Validator) Accepts(r *http.Request, text string) (bound any, accepted bool) {
	op, path, _ := v.find(r.Method, r.URL, nil)
	if op == nil {
		return nil, false
	}
	var request check.Request
	request.Begin(op.Operation, check.RequestHead{RawQuery: r.URL.RawQuery, Path: &path, Header: r.Header, Length: int64(len(text)), Bind: true})
	request.Check(r.Context(), check.Body{Text: text}, nil)
	return request.Bound, !request.FellBack && len(request.Violations.List) == 0
}

// AcceptsResponse reports it for the response to r.
func (v *Validator) AcceptsResponse(r *http.Request, status int, h http.Header, text string) bool {
	op, _, _ := v.find(r.Method, r.URL, nil)
	if op == nil {
		return false
	}
	var response check.Response
	if response.CheckHead(r.Context(), op.Operation, check.ResponseHead{Method: r.Method, RequestHeader: r.Header, Status: status, Header: h}) == check.Read {
		response.CheckBody(r.Context(), check.Body{Text: text}, nil)
	}
	return !response.FellBack && len(response.Violations.List) == 0
}
