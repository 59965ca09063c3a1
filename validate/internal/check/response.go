package check

import (
	"context"
	"fmt"
	"net/http"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// A ResponseHead is a response without its body.
type ResponseHead struct {
	Method        string // of the request
	RequestHeader http.Header
	Status        int
	Header        http.Header
	Observed      bool // nobody waits for the verdict
}

// A Response is one response while it is checked. Its zero value is ready for
// CheckHead.
type Response struct {
	Violations rule.Collector
	FellBack   bool // the compiled checks left something open
	isHead     bool // a response to HEAD
	observed   bool

	op        *Operation
	header    http.Header
	mediaType *mediaType // of the body; nil: it has none
}

// A BodyUse is what follows from a response's head for its body.
type BodyUse int

// The uses of a body.
const (
	Read BodyUse = iota // it is to be read, for CheckBody
	Pass                // it is to be passed on unread
	Drop                // the response is bad already
)

// CheckHead checks the status and the headers.
func (r *Response) CheckHead(ctx context.Context, op *Operation, h ResponseHead) BodyUse {
	r.op, r.header, r.isHead, r.observed = op, h.Header, h.Method == http.MethodHead, h.Observed
	declared := op.response(h.Status)
	if declared == nil {
		if h.isRevalidation() {
			return Read
		}
		r.Violations.Add(rule.InStatus, "", rule.Status, fmt.Errorf("status %d", h.Status))
		return Drop
	}
	for i := range declared.headers {
		if d := &declared.headers[i]; !d.ok(h.Header) {
			r.FellBack = true
			d.Check(ctx, h.Header, &r.Violations)
		}
	}
	passes := isSwitching(h.Status)
	if !passes && !h.isBodyless() && len(declared.content.declared) > 0 {
		m := declared.content.find(h.Header)
		passes = m != nil && !m.isChecked()
		c := bodyCheck{checker: op.checker, found: &r.Violations}
		r.mediaType = c.readable(m, h.Header)
	}
	switch {
	case r.mediaType == nil && len(r.Violations.List) > 0:
		return Drop
	case passes:
		return Pass
	default:
		return Read
	}
}

// isBodyless reports whether a response has no body by its nature.
func (h *ResponseHead) isBodyless() bool {
	return h.Method == http.MethodHead || h.Status >= 100 && h.Status < 200 ||
		h.Status == http.StatusNoContent || h.Status == http.StatusNotModified
}

// isRevalidation reports whether the response is a 304 to a request that asked for
// it: it says that the declared response still holds.
func (h *ResponseHead) isRevalidation() bool {
	return h.Status == http.StatusNotModified && (h.Method == http.MethodGet || h.Method == http.MethodHead) &&
		(h.RequestHeader.Get("If-None-Match") != "" || h.RequestHeader.Get("If-Modified-Since") != "")
}

// HasBody reports whether a body was declared and checked.
func (r *Response) HasBody() bool { return r.mediaType != nil }

// CheckBody checks the body, and returns it without content coding. What is written
// in response to HEAD is not sent, and not checked.
func (r *Response) CheckBody(ctx context.Context, b Body, charge *body.Charge) (text string) {
	m := r.mediaType
	switch {
	case r.isHead:
		return b.Text
	case b.Err != nil:
		r.Violations.Add(rule.InBody, "", readRule(b.Err), b.Err)
		return ""
	case m == nil: // a part of the body says enough
		if b.Text != "" {
			r.Violations.Add(rule.InBody, "", rule.BodyUndeclared, nil)
		}
		return b.Text
	case b.IsPartial:
		return b.Text
	case b.Text == "" && m.isJSON: // of other media types, empty text is text
		r.Violations.Add(rule.InBody, "", rule.Required, nil)
		return b.Text
	}
	c := bodyCheck{checker: r.op.checker, observed: r.observed, charge: charge, found: &r.Violations}
	text = c.check(ctx, m, r.header, b.Text, r.op.checker.o.MaxResponseBody)
	r.FellBack = r.FellBack || c.fellBack
	return text
}
