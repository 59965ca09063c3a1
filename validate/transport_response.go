package validate

import (
	"net/http"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/check"
)

// enforceResponse checks resp and, if it reads the body, makes what was checked its
// body.
func (v *Validator) enforceResponse(r *http.Request, op *operation, rt *roundTrip, resp *http.Response) Violations {
	response := &rt.response
	use := response.CheckHead(r.Context(), op.Operation, responseHead(r, resp, false))
	if use == check.Read {
		v.enforceResponseBody(r, response, resp)
	}
	return op.upstreamViolations(r.Method, response.Violations.List)
}

func (v *Validator) enforceResponseBody(r *http.Request, response *check.Response, resp *http.Response) {
	var charge *body.Charge
	buf := body.Buffer{Length: responseLength(r, resp), Limit: v.options.MaxResponseBody}
	if resp.Body != nil && resp.Body != http.NoBody {
		charge = v.budget.Charge()
		buf.Charge = charge
	}
	err := buf.Read(resp.Body)
	text := response.CheckBody(r.Context(), check.Body{Text: buf.Text(), Err: err}, charge)
	if len(response.Violations.List) > 0 {
		charge.End()
		return
	}
	if response.HasBody() && len(resp.Header["Content-Encoding"]) > 0 { // it is decoded
		resp.Header = resp.Header.Clone()
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength = int64(len(text))
	}
	if charge != nil {
		setResponseBody(resp, text, charge)
	}
}

// observeResponse makes resp checked when its body has been read.
func (v *Validator) observeResponse(r *http.Request, op *operation, resp *http.Response) {
	response := new(check.Response)
	use := response.CheckHead(r.Context(), op.Operation, responseHead(r, resp, true))
	finish := func() {
		if vs := op.upstreamViolations(r.Method, response.Violations.List); vs != nil {
			v.record(r, vs)
		}
	}
	if use != check.Read || r.Method == http.MethodHead {
		finish()
		return
	}
	tee, charge := v.newTee(resp.Body, responseLength(r, resp), v.options.MaxResponseBody)
	tee.Ended = func() {
		defer charge.End()
		text, isWhole, lost := tee.Copy()
		response.CheckBody(r.Context(), check.Body{Text: text, Err: lost, IsPartial: !isWhole}, charge)
		finish()
	}
	resp.Body = tee
}

func responseHead(r *http.Request, resp *http.Response, observed bool) check.ResponseHead {
	return check.ResponseHead{Method: r.Method, RequestHeader: r.Header, Status: resp.StatusCode, Header: resp.Header, Observed: observed}
}

// responseLength returns the length of a response's body, -1 if it is not known.
func responseLength(r *http.Request, resp *http.Response) int64 {
	if r.Method == http.MethodHead {
		return 0 // the header is about the body that a GET would have
	}
	return resp.ContentLength
}
