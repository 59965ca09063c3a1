package validate

import (
	"bytes"
	"errors"
	"io"
	"net/http"
)

// Transport returns a RoundTripper that sends through next only requests that
// the contract allows, and gives back only such responses. next nil is
// http.DefaultTransport.
//
// What is refused comes back as an error in which errors.As finds Violations; a
// request that is refused was not sent. A redirect is a status like any other:
// one that is not declared is an error, so an http.Client never follows it.
//
// Bodies are read whole, up to their caps, unless their media type is not
// checked. Nobody is authenticated.
func (v *Validator) Transport(next http.RoundTripper) http.RoundTripper {
	if next == nil {
		next = http.DefaultTransport
	}
	return &transport{v: v, next: next}
}

type transport struct {
	v    *Validator
	next http.RoundTripper
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	op, values, _, vs := t.v.find(r.Method, r.URL)
	if vs != nil {
		closeBody(r.Body)
		return nil, vs
	}
	f := &finding{direction: Request, op: op}
	out := r.Clone(r.Context())
	if !op.streams(r.Header) {
		body, err := readBody(r.Body, lengthOf(r), t.v.maxRequest)
		closeBody(r.Body)
		if err != nil {
			f.add(InBody, "", bodyRule(err), err)
			return nil, f.list
		}
		setBody(out, body)
		f.checkRequestBody(out, body)
	}
	if f.checkParameters(out, values); len(f.list) > 0 {
		closeBody(out.Body)
		return nil, f.list
	}
	resp, err := t.next.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	resp.Request = r
	if vs := t.v.checkResponse(op, r, resp); vs != nil {
		resp.Body.Close()
		return nil, vs
	}
	return resp, nil
}

// checkResponse checks resp and, where it reads the body, puts the same bytes
// back.
func (v *Validator) checkResponse(op *operation, r *http.Request, resp *http.Response) Violations {
	f := &finding{direction: Response, op: op}
	bodyless := r.Method == http.MethodHead || bodylessStatus(resp.StatusCode)
	m := f.checkHead(r.Context(), resp.StatusCode, resp.Header, bodyless)
	if len(f.list) > 0 {
		return f.list
	}
	if m == nil && !bodyless && len(op.answer(resp.StatusCode).content) > 0 || resp.StatusCode == http.StatusSwitchingProtocols {
		return nil // not checked: a stream stays one
	}
	length := resp.ContentLength
	if r.Method == http.MethodHead {
		length = -1 // it tells of the body that a GET would have
	}
	body, err := readBody(resp.Body, length, v.maxResponse)
	if err != nil {
		f.add(InBody, "", bodyRule(err), err)
		return f.list
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(body), resp.Body}
	f.checkResponseBody(r.Context(), resp.StatusCode, resp.Header, m, body)
	return f.list
}

// lengthOf returns the length of a client's body, -1 where it is not known: a
// client's 0 means that too, unless there is no body.
func lengthOf(r *http.Request) int64 {
	if r.ContentLength == 0 && r.Body != nil && r.Body != http.NoBody {
		return -1
	}
	return r.ContentLength
}

func closeBody(body io.Closer) {
	if body != nil {
		body.Close()
	}
}

// AsViolations returns the violations in err, nil where there are none.
func AsViolations(err error) Violations {
	var vs Violations
	errors.As(err, &vs)
	return vs
}
