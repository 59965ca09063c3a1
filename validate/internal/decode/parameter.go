package decode

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// A Request is what parameters are read from.
type Request struct {
	input openapi3filter.RequestValidationInput
}

// NewRequest returns the request with these decoded path values, query and
// headers.
func NewRequest(path map[string]string, query url.Values, h http.Header) *Request {
	return &Request{openapi3filter.RequestValidationInput{
		Request: &http.Request{Header: h}, PathParams: path, QueryParams: query,
		Options: new(openapi3filter.Options),
	}}
}

// Parameter adds what is wrong with one parameter. size is about how many bytes
// the request's head has.
func Parameter(ctx context.Context, p *openapi3.Parameter, r *Request, size int, found *rule.Collector) {
	if p.In == openapi3.ParameterInQuery {
		if p.Style == openapi3.SerializationDeepObject && !isDeepObject(p.Name, r.input.QueryParams) {
			found.Add(rule.InQuery, jsontoken.Pointer(p.Name), rule.Decode, nil)
			return
		}
		if r.IsRepeated(p) {
			found.Add(rule.InQuery, jsontoken.Pointer(p.Name), rule.Repeated, nil) // kin-openapi checks the first alone
			return
		}
	}
	err := violations(func() error { return openapi3filter.ValidateParameter(ctx, &r.input, p) }, size, r.input.Options)
	if err == nil {
		return
	}
	// kin-openapi says that some parameters that are missing do not decode: those
	// with content and those with alternatives.
	var schema *openapi3.SchemaError
	var parse *openapi3filter.ParseError
	if p.Required && !r.Has(p) && !errors.As(err, &schema) && !errors.As(err, &parse) {
		err = openapi3filter.ErrInvalidRequired
	}
	add(found, p.In, jsontoken.Pointer(p.Name), err)
}

// Has reports whether the request has the parameter.
func (r *Request) Has(p *openapi3.Parameter) bool {
	switch p.In {
	case openapi3.ParameterInQuery:
		return r.input.QueryParams.Has(p.Name)
	case openapi3.ParameterInHeader:
		return len(r.input.Request.Header.Values(p.Name)) > 0
	case openapi3.ParameterInCookie:
		return len(r.input.Request.CookiesNamed(p.Name)) > 0
	default:
		return true
	}
}

// IsRepeated reports whether a query parameter of one value has several.
func (r *Request) IsRepeated(p *openapi3.Parameter) bool {
	return p.In == openapi3.ParameterInQuery && len(r.input.QueryParams[p.Name]) > 1 && !mayRepeat(p)
}

// mayRepeat reports whether a query parameter has its values one by one.
func mayRepeat(p *openapi3.Parameter) bool {
	if p.Schema == nil || p.Explode != nil && !*p.Explode {
		return false
	}
	return mayBeArray(p.Schema.Value)
}

// mayBeArray reports whether a schema allows arrays; one that leaves the type open
// does.
func mayBeArray(schema *openapi3.Schema) bool {
	parts := slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf)
	if schema.Type != nil || len(parts) == 0 {
		return schema.Type == nil || schema.Type.Is("array")
	}
	return slices.ContainsFunc(parts, func(part *openapi3.SchemaRef) bool { return mayBeArray(part.Value) })
}
