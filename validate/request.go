package validate

import (
	"bytes"
	"io"
	"net/http"
	"net/url"

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
		if err := openapi3filter.ValidateParameter(r.Context(), input, p); err != nil {
			f.addKin(Where(p.In), pointerTo(p.Name), err)
		}
	}
}

// checkRequestBody looks at a body that was read whole.
func (f *finding) checkRequestBody(r *http.Request, body []byte) {
	if f.op.body == nil {
		if len(body) > 0 {
			f.add(InBody, "", RuleBodyUndeclared, nil)
		}
		return
	}
	if len(body) == 0 {
		if f.op.body.Required {
			f.add(InBody, "", "required", nil)
		}
		return
	}
	media := f.requestMedia(r.Header)
	if media == nil || !f.checkJSON(media, body) || !media.kin {
		return
	}
	// a request of its own: kin-openapi reads the body and puts another there
	probe := &http.Request{Method: r.Method, URL: r.URL, Header: r.Header, Body: io.NopCloser(bytes.NewReader(body))}
	input := &openapi3filter.RequestValidationInput{Request: probe, Route: f.op.route, Options: kinOptions}
	if err := openapi3filter.ValidateRequestBody(r.Context(), input, f.op.body); err != nil {
		f.addKin(InBody, "", err)
	}
}

// requestMedia returns the declared media type of the request's body; nil, with
// a violation, where it is not declared.
func (f *finding) requestMedia(h http.Header) *media {
	if !isIdentity(h) {
		f.add(InHeader, pointerTo("Content-Encoding"), RuleContentEncoding, nil)
		return nil
	}
	m := f.op.body.Content.Get(h.Get("Content-Type"))
	if m == nil {
		f.add(InHeader, pointerTo("Content-Type"), RuleContentType, nil)
		return nil
	}
	return f.op.media[m]
}
