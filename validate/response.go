package validate

import (
	"context"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// checkHead looks at a response's status and headers, and returns the media
// type of its body where the body is to be checked. bodyless is a response that
// has no body by its nature: an answer to HEAD, a 1xx, a 204 or a 304.
func (f *finding) checkHead(ctx context.Context, status int, h http.Header, bodyless bool) *media {
	a := f.op.answer(status)
	if a == nil {
		f.add(InStatus, "", RuleStatus, nil)
		return nil
	}
	for _, check := range a.headers {
		input := answerInput(check.route, h)
		if err := openapi3filter.ValidateResponse(ctx, input); err != nil {
			f.addHeader(check.name, err)
		}
	}
	if bodyless || len(a.content) == 0 {
		return nil
	}
	if !isIdentity(h) {
		f.add(InHeader, pointerTo("Content-Encoding"), RuleContentEncoding, nil)
		return nil
	}
	m := a.content.Get(h.Get("Content-Type"))
	if m == nil {
		f.add(InHeader, pointerTo("Content-Type"), RuleContentType, nil)
		return nil
	}
	if media := f.op.media[m]; media.checked() {
		return media
	}
	return nil
}

// checkResponseBody looks at a body of media m that was read whole; m is nil
// where the response has none.
func (f *finding) checkResponseBody(ctx context.Context, status int, h http.Header, m *media, body []byte) {
	switch {
	case m == nil:
		if len(body) > 0 {
			f.add(InBody, "", RuleBodyUndeclared, nil)
		}
		return
	case len(body) == 0:
		f.add(InBody, "", "required", nil)
		return
	case !f.checkJSON(m, body) || !m.kin:
		return
	}
	input := answerInput(f.op.answer(status).body, h)
	input.SetBodyBytes(body)
	if err := openapi3filter.ValidateResponse(ctx, input); err != nil {
		f.addKin(InBody, "", err)
	}
}

// answerInput asks kin-openapi about a response as if it were the 200 of a GET:
// it looks at none that answers a HEAD, and at no redirect.
func answerInput(route *routers.Route, h http.Header) *openapi3filter.ResponseValidationInput {
	return &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: http.MethodGet}, Route: route,
		},
		Status: http.StatusOK, Header: h, Body: http.NoBody, Options: kinOptions,
	}
}
