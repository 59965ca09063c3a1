package validate

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"slices"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// checkParameters looks at the path, the query, the headers and the cookies.
func (f *finding) checkParameters(r *http.Request, values map[string]string) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		f.add(InQuery, "", RuleQuerySyntax, err)
		return
	}
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: values, QueryParams: query, Route: f.op.route, Options: kinOptions,
	}
	for _, p := range f.op.parameters {
		if p.In == openapi3.ParameterInQuery {
			if p.Style == openapi3.SerializationDeepObject && !isDeepObject(p.Name, query) {
				f.add(InQuery, pointerTo(p.Name), RuleDecode, nil)
				continue
			}
			if len(query[p.Name]) > 1 && !mayRepeat(p) {
				f.add(InQuery, pointerTo(p.Name), RuleRepeated, nil) // kin-openapi looks at the first alone
				continue
			}
		}
		if err := ask(func() error { return openapi3filter.ValidateParameter(r.Context(), input, p) }); err != nil {
			f.addParameter(input, p, err)
		}
	}
}

// mayRepeat tells whether a query parameter has its values one by one.
func mayRepeat(p *openapi3.Parameter) bool {
	if p.Schema == nil || p.Explode != nil && !*p.Explode {
		return false
	}
	return mayBeArray(p.Schema.Value)
}

// mayBeArray also takes a schema whose type is left open.
func mayBeArray(schema *openapi3.Schema) bool {
	parts := slices.Concat(schema.AllOf, schema.OneOf, schema.AnyOf)
	if schema.Type != nil || len(parts) == 0 {
		return schema.Type == nil || schema.Type.Is("array")
	}
	return slices.ContainsFunc(parts, func(part *openapi3.SchemaRef) bool { return mayBeArray(part.Value) })
}

// checkRequestBody looks at a body that was read whole, and returns it without
// its content coding.
func (f *finding) checkRequestBody(r *http.Request, body []byte) []byte {
	if f.op.body == nil {
		if len(body) > 0 {
			f.add(InBody, "", RuleBodyUndeclared, nil)
		}
		return body
	}
	if len(body) == 0 {
		if f.op.body.Required {
			f.add(InBody, "", "required", nil)
		}
		return body
	}
	m := f.mediaOf(f.op.body.Content, r.Header)
	if m == nil {
		return body
	}
	body, ok := f.plain(r.Header, body, f.v.maxRequest)
	if !ok || !f.checkJSON(m, body) || !m.kin {
		return body
	}
	// a request of its own: kin-openapi reads the body and puts another there
	probe := &http.Request{Method: r.Method, URL: r.URL, Header: r.Header, Body: io.NopCloser(bytes.NewReader(body))}
	input := &openapi3filter.RequestValidationInput{Request: probe, Route: f.op.route, Options: kinOptions}
	if err := ask(func() error { return openapi3filter.ValidateRequestBody(r.Context(), input, f.op.body) }); err != nil {
		f.addKin(InBody, "", err)
	}
	f.decoded = probe.Body
	return body
}

// mediaOf returns the media type of a body that is there. It is nil where the
// type is not checked, and, with a violation, where it is not declared or cannot
// be read.
func (f *finding) mediaOf(content openapi3.Content, h http.Header) *media {
	m := f.op.mediaOf(content, h)
	if m == nil {
		f.add(InHeader, pointerTo("Content-Type"), RuleContentType, nil)
		return nil
	}
	if !m.checked() {
		return nil
	}
	if !f.v.readable(h) {
		f.add(InHeader, pointerTo("Content-Encoding"), RuleContentEncoding, nil)
		return nil
	}
	return m
}

// plain returns body without its content coding; ok is false, with a violation,
// where it cannot be decoded.
func (f *finding) plain(h http.Header, body []byte, limit int64) (decoded []byte, ok bool) {
	decoded, err := plain(h, body, limit)
	if err != nil {
		f.add(InBody, "", codingRule(err), err)
		return body, false
	}
	return decoded, true
}
