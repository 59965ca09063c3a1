package validate

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
)

// checkParameters looks at the path, the query, the headers and the cookies.
func (f *finding) checkParameters(r *http.Request, path pathValues) {
	if f.op.acceptsParameters(r, path) {
		return
	}
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		f.add(InQuery, "", RuleQuerySyntax, err)
		return
	}
	input := &openapi3filter.RequestValidationInput{
		Request: r, PathParams: path.asMap(), QueryParams: query, Route: f.op.route, Options: new(openapi3filter.Options),
	}
	for i := range f.op.parameters {
		if p := &f.op.parameters[i]; !p.accept(r, path) {
			f.checkParameter(r, input, p)
		}
	}
}

func (f *finding) checkParameter(r *http.Request, input *openapi3filter.RequestValidationInput, p *parameter) {
	if p.In == openapi3.ParameterInQuery {
		if p.Style == openapi3.SerializationDeepObject && !isDeepObject(p.Name, input.QueryParams) {
			f.add(InQuery, pointerTo(p.Name), RuleDecode, nil)
			return
		}
		if len(input.QueryParams[p.Name]) > 1 && !mayRepeat(p.Parameter) {
			f.add(InQuery, pointerTo(p.Name), RuleRepeated, nil) // kin-openapi looks at the first alone
			return
		}
	}
	if p.judge != nil && isSent(input, p.Parameter) {
		f.checkContent(r.Context(), input, p)
		return
	}
	if err := askFirst(func() error { return openapi3filter.ValidateParameter(r.Context(), input, p.Parameter) }, sizeOf(r), input.Options); err != nil {
		f.addParameter(input, p.Parameter, err)
	}
}

// sizeOf returns the size of a request's head, in bytes, or less.
func sizeOf(r *http.Request) int {
	n := len(r.URL.Path) + len(r.URL.RawQuery)
	for _, values := range r.Header {
		for _, value := range values {
			n += len(value)
		}
	}
	return n
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

// acceptsBody tells whether the body of a request is good, and, where bind wants
// it, what it was bound to; nil where it was not.
func (o *operation) acceptsBody(h http.Header, text string, bind bool) (bound any, ok bool) {
	if text == "" {
		return nil, o.body == nil || !o.body.Required
	}
	if o.body == nil {
		return nil, false
	}
	m := o.mediaOf(o.body.Content, o.usual, h)
	if m == nil || m.program == nil || len(h["Content-Encoding"]) > 0 {
		return nil, false
	}
	if bind && o.binder != nil {
		if into := o.fresh(); o.binder.Bind(text, into) {
			return into, true
		}
		return nil, false
	}
	return nil, m.program.JSONString(text)
}

// checkRequestBody looks at a body that was read whole, and returns it without
// its content coding.
func (f *finding) checkRequestBody(r *http.Request, body string) string {
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
	m := f.mediaOf(f.op.body.Content, f.op.usual, r.Header)
	if m == nil {
		return body
	}
	body, ok := f.plain(r.Header, body, f.v.maxRequest)
	if ok {
		f.checkBody(r.Context(), m, r.Header, body)
	}
	return body
}

// checkBody looks at a body of media m.
func (f *finding) checkBody(ctx context.Context, m *media, h http.Header, body string) {
	if f.accepts(m, body) {
		return
	}
	done := f.lookInto(ctx, body)
	if done == nil {
		return
	}
	defer done()
	if m.json {
		f.checkJSON(ctx, m, body)
	} else {
		f.checkDecoded(ctx, m, h, body)
	}
}

// mediaOf returns the media type of a body that is there. It is nil where the
// type is not checked, and, with a violation, where it is not declared or cannot
// be read.
func (f *finding) mediaOf(content openapi3.Content, usual []usualType, h http.Header) *media {
	m := f.op.mediaOf(content, usual, h)
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
func (f *finding) plain(h http.Header, body string, limit int64) (decoded string, ok bool) {
	if coding(h) == "" || body == "" {
		return body, true
	}
	decoded, err := plain(body, f.charge, limit)
	if err != nil {
		f.add(InBody, "", codingRule(err), err)
		return body, false
	}
	return decoded, true
}

// takeBody checks a body that was read whole, and makes what was checked the
// body of r, whose header may be another's too.
func (f *finding) takeBody(r *http.Request, body string) {
	body = f.checkRequestBody(r, body)
	if len(r.Header["Content-Encoding"]) > 0 { // it is decoded, or else refused
		r.Header = r.Header.Clone()
		r.Header.Del("Content-Encoding")
	}
	setBody(r, body)
}

// setBody makes text, which was checked, the body that r carries.
func setBody(r *http.Request, text string) {
	r.ContentLength = int64(len(text))
	r.TransferEncoding = nil
	r.GetBody = func() (io.ReadCloser, error) {
		if text == "" {
			return http.NoBody, nil
		}
		return io.NopCloser(strings.NewReader(text)), nil
	}
	r.Body, _ = r.GetBody()
}
