package decode

import (
	"context"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// A Header is one declared header of a response. kin-openapi stops at a response's
// first bad header and does not name it, so it is asked about each header alone, as
// if that was all that an operation's response has.
type Header struct {
	name  string
	route *routers.Route
}

// NewHeader prepares a declared header.
func NewHeader(name string, declared *openapi3.HeaderRef) Header {
	response := &openapi3.Response{Headers: openapi3.Headers{name: declared}}
	op := &openapi3.Operation{Responses: openapi3.NewResponses(openapi3.WithName("default", response))}
	return Header{name, &routers.Route{Operation: op}}
}

// Check adds what is wrong with the header.
func (d *Header) Check(ctx context.Context, h http.Header, found *rule.Collector) {
	input := &openapi3filter.ResponseValidationInput{
		// The 200 of a GET, because kin-openapi does not check the response to a
		// HEAD, nor a redirect.
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: http.MethodGet}, Route: d.route,
		},
		Status: http.StatusOK, Header: h, Body: http.NoBody, Options: new(openapi3filter.Options),
	}
	err := violations(func() error { return openapi3filter.ValidateResponse(ctx, input) }, len(h.Get(d.name)), input.Options)
	if err == nil {
		return
	}
	if missing, ok := err.(*openapi3filter.ResponseError); ok && missing.Err == nil { // kin-openapi says so in words alone
		found.Add(rule.InHeader, jsontoken.Pointer(d.name), rule.Required, nil)
		return
	}
	add(found, rule.InHeader, jsontoken.Pointer(d.name), err)
}
