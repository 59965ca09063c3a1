package validate

import (
	"context"
	"fmt"
	"net/http"

	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
)

// A head is a response before its body.
type head struct {
	status   int
	header   http.Header
	bodyless bool // it has no body by its nature: a 1xx, 204 or 304, or an answer to HEAD
}

func newHead(method string, status int, h http.Header) head {
	return head{status, h, method == http.MethodHead ||
		status >= 100 && status < 200 || status == http.StatusNoContent || status == http.StatusNotModified}
}

// acceptsHead is checkHead without its findings: where ok is false, that is to be
// asked.
func (o *operation) acceptsHead(hd head) (m *media, streams, ok bool) {
	a := o.answer(hd.status)
	if a == nil || hd.status == http.StatusSwitchingProtocols {
		return nil, false, false
	}
	for i := range a.headers {
		if !a.headers[i].accept(hd.header) {
			return nil, false, false
		}
	}
	if hd.bodyless || len(a.content) == 0 {
		return nil, false, true
	}
	m = o.mediaOf(a.content, a.usual, hd.header)
	if m == nil || m.checked() && len(hd.header["Content-Encoding"]) > 0 {
		return nil, false, false
	}
	if !m.checked() {
		return nil, true, true
	}
	return m, false, true
}

func (c *headerCheck) accept(h http.Header) bool {
	return c.program != nil && acceptsValues(c.program, h[c.key], c.required)
}

// checkHead looks at a response's status and headers. It returns the media type
// of its body, nil where the body is not looked at, and whether there is
// something to look at: streams is a body that passes unread.
func (f *finding) checkHead(ctx context.Context, r *http.Request, hd head) (m *media, streams bool) {
	a := f.op.answer(hd.status)
	if a == nil {
		if !isRevalidation(r, hd.status) {
			f.add(InStatus, "", RuleStatus, fmt.Errorf("status %d", hd.status))
		}
		return nil, false
	}
	for i := range a.headers {
		check := &a.headers[i]
		if check.accept(hd.header) {
			continue
		}
		input := answerInput(check.route, hd.header)
		size := len(hd.header.Get(check.name))
		if err := askFirst(func() error { return openapi3filter.ValidateResponse(ctx, input) }, size, input.Options); err != nil {
			f.addHeader(check.name, err)
		}
	}
	if hd.status == http.StatusSwitchingProtocols {
		return nil, true
	}
	if hd.bodyless || len(a.content) == 0 {
		return nil, false
	}
	found := len(f.list)
	m = f.mediaOf(a.content, a.usual, hd.header)
	return m, m == nil && len(f.list) == found
}

// isRevalidation tells whether a 304 answers a request that asked for it: it
// says that the response that is declared still stands.
func isRevalidation(r *http.Request, status int) bool {
	return status == http.StatusNotModified && (r.Method == http.MethodGet || r.Method == http.MethodHead) &&
		(r.Header.Get("If-None-Match") != "" || r.Header.Get("If-Modified-Since") != "")
}

// checkResponseBody looks at a body of media m that was read whole, and returns
// it without its content coding; m is nil where the response has none.
func (f *finding) checkResponseBody(ctx context.Context, hd head, m *media, body string) string {
	switch {
	case m == nil:
		if len(body) > 0 {
			f.add(InBody, "", RuleBodyUndeclared, nil)
		}
		return body
	case len(body) == 0 && m.json: // an empty text is a text
		f.add(InBody, "", "required", nil)
		return body
	}
	body, ok := f.plain(hd.header, body, f.v.maxResponse)
	if ok {
		f.checkBody(ctx, m, hd.header, body)
	}
	return body
}

// answerInput asks kin-openapi about a response as if it were the 200 of a GET:
// it looks at none that answers a HEAD, and at no redirect.
func answerInput(route *routers.Route, h http.Header) *openapi3filter.ResponseValidationInput {
	return &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{
			Request: &http.Request{Method: http.MethodGet}, Route: route,
		},
		Status: http.StatusOK, Header: h, Body: http.NoBody, Options: new(openapi3filter.Options),
	}
}
