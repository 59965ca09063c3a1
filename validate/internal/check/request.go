package check

import (
	"context"
	"net/http"
	"net/url"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/contract"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/decode"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// A RequestHead is a request without its body.
type RequestHead struct {
	RawQuery string
	Path     *contract.PathValues
	Header   http.Header
	Length   int64 // of the body: -1 if it is not known, 0 if there is none
	Bind     bool  // bind the body, if the operation has a type for it
	Observed bool  // nobody waits for the verdict
}

// A Request is one request while it is checked. Begin comes first.
type Request struct {
	Violations rule.Collector
	Bound      any  // what the body was bound to, or nil
	FellBack   bool // the compiled checks left something open
	passes     bool // the body is passed on unread
	op         *Operation
	head       RequestHead
	mediaType  *mediaType // of the body; nil: not declared, or not looked for
}

// Begin begins the check of a request of the operation. It reports whether the body
// is to be passed on unread, because its media type is not checked. A body that is
// declared to be empty is checked, because one may be required.
func (r *Request) Begin(op *Operation, h RequestHead) (passes bool) {
	r.op, r.head = op, h
	if op.content != nil && h.Length != 0 {
		r.mediaType = op.content.find(h.Header)
		r.passes = r.mediaType != nil && !r.mediaType.isChecked()
	}
	return r.passes
}

// Check checks the request, and returns its body without content coding. If the
// body could not be read that is the only violation.
func (r *Request) Check(ctx context.Context, b Body, charge *body.Charge) (text string) {
	if b.Err != nil && !r.passes {
		r.Violations.Add(rule.InBody, "", readRule(b.Err), b.Err)
		return ""
	}
	r.checkParameters(ctx)
	if r.passes || b.IsPartial {
		return b.Text
	}
	return r.checkBody(ctx, b.Text, charge)
}

// checkParameters checks the path, the query, the headers and the cookies.
func (r *Request) checkParameters(ctx context.Context) {
	isPlainQuery := !strings.ContainsAny(r.head.RawQuery, "%+;")
	var decoded *decode.Request // made for the first value that the compiled checks do not take
	if !isPlainQuery {          // it may not decode
		if decoded = r.decode(); decoded == nil {
			return
		}
	}
	for i := range r.op.parameters {
		p := &r.op.parameters[i]
		if p.ok(&r.head, isPlainQuery) {
			continue
		}
		if decoded == nil {
			if decoded = r.decode(); decoded == nil {
				return
			}
		}
		r.checkParameter(ctx, p, decoded)
	}
}

// decode returns what parameters are decoded from, or nil and adds a violation.
func (r *Request) decode() *decode.Request {
	r.FellBack = true
	query, err := url.ParseQuery(r.head.RawQuery)
	if err != nil {
		r.Violations.Add(rule.InQuery, "", rule.QuerySyntax, err)
		return nil
	}
	return decode.NewRequest(r.head.Path.Map(), query, r.head.Header)
}

func (r *Request) checkParameter(ctx context.Context, p *parameter, decoded *decode.Request) {
	if p.reference == nil || !decoded.Has(p.Parameter) {
		decode.Parameter(ctx, p.Parameter, decoded, r.head.size(), &r.Violations)
		return
	}
	if value, ok := decode.Content(p.Parameter, decoded, &r.Violations); ok {
		checkValue(ctx, p.In, jsontoken.Pointer(p.Name), p.reference, value, &r.Violations)
	}
}

// size returns the size of the head in bytes, or less.
func (h *RequestHead) size() int {
	n := len(h.RawQuery)
	for _, value := range h.Path.All {
		n += len(value)
	}
	for _, values := range h.Header {
		for _, value := range values {
			n += len(value)
		}
	}
	return n
}

func (r *Request) checkBody(ctx context.Context, text string, charge *body.Charge) string {
	switch {
	case text == "" && (r.op.Body == nil || !r.op.Body.Required):
		return text
	case text == "":
		r.Violations.Add(rule.InBody, "", rule.Required, nil)
		return text
	case r.op.Body == nil:
		r.Violations.Add(rule.InBody, "", rule.BodyUndeclared, nil)
		return text
	}
	m := r.mediaType
	if m == nil && r.head.Length == 0 {
		m = r.op.content.find(r.head.Header)
	}
	c := bodyCheck{checker: r.op.checker, observed: r.head.Observed, charge: charge, found: &r.Violations}
	if m = c.readable(m, r.head.Header); m == nil {
		return text
	}
	if r.head.Bind && r.op.binder != nil && len(r.head.Header["Content-Encoding"]) == 0 {
		if into := r.op.newBody(); r.op.binder.Bind(text, into) {
			r.Bound = into
			return text
		}
		c.skipFastPath = true
	}
	text = c.check(ctx, m, r.head.Header, text, r.op.checker.o.MaxRequestBody)
	r.FellBack = r.FellBack || c.fellBack
	return text
}
