package validate

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
)

// Transport returns a RoundTripper that looks at what passes through next, and
// in mode Enforce lets only that pass which the contract allows. next nil is
// http.DefaultTransport. It serves a client, and a httputil.ReverseProxy whose
// ErrorHandler is the Validator's.
//
// What is refused comes back as an error in which errors.As finds Violations; a
// request that is refused was not sent. A redirect is a status like any other:
// one that is not declared is an error, so an http.Client never follows it.
//
// In Enforce bodies are read whole, up to their caps; in Observe they are looked
// at when they have passed. Those of a media type that is not checked pass as
// they come. Nobody is authenticated.
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
	op, values, vs := t.v.find(r.Method, r.URL)
	if op == nil {
		mode := t.v.modes.get(Request)
		if mode != Off {
			t.v.note(r, vs)
		}
		if mode == Enforce {
			closeBody(r.Body)
			return nil, vs
		}
		return t.next.RoundTrip(r)
	}
	out := r
	switch op.modes.get(Request) {
	case Enforce:
		if out, vs = t.v.enforceRequest(r, op, values); vs != nil {
			t.v.note(r, vs)
			return nil, vs
		}
	case Observe:
		out = t.v.observeRequest(r, op, values)
	}
	resp, err := t.next.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	resp.Request = r
	switch op.modes.get(Response) {
	case Enforce:
		if vs := t.v.enforceResponse(op, r, resp); vs != nil {
			resp.Body.Close()
			t.v.note(r, vs)
			return nil, vs
		}
	case Observe:
		t.v.observeResponse(op, r, resp)
	}
	return resp, nil
}

// enforceRequest returns the request to send: one with the body that was
// checked. It closes r.Body, as a RoundTripper must, unless it is sent on.
func (v *Validator) enforceRequest(r *http.Request, op *operation, values map[string]string) (*http.Request, Violations) {
	f := v.finding(Request, op, r.Method)
	out := r.Clone(r.Context())
	if op.streams(r.Header, lengthOf(r)) {
		if f.checkParameters(out, values); len(f.list) > 0 {
			closeBody(r.Body)
		}
		return out, f.list
	}
	rec := newRecorder(r.Body, v.maxRequest)
	err := rec.fill(lengthOf(r))
	rec.Close()
	if err != nil {
		f.add(InBody, "", bodyRule(err), err)
		return nil, f.list
	}
	f.checkParameters(out, values)
	f.takeBody(out, rec.kept)
	return out, f.list
}

// observeRequest returns the request to send: its body is looked at when it has
// been sent.
func (v *Validator) observeRequest(r *http.Request, op *operation, values map[string]string) *http.Request {
	length := lengthOf(r)
	if length == 0 || op.streams(r.Header, length) {
		v.finding(Request, op, r.Method).observeRequest(r, values, newRecorder(nil, 0), 0, length != 0)
		return r
	}
	var once atomic.Bool // a request that is sent again is one request
	watch := func(body io.ReadCloser) *recorder {
		rec := newRecorder(body, v.maxRequest)
		rec.ended = func() {
			if _, whole, over := rec.copied(length); (whole || over) && once.CompareAndSwap(false, true) {
				v.finding(Request, op, r.Method).observeRequest(r, values, rec, length, false)
			}
		}
		return rec
	}
	out := r.Clone(r.Context())
	out.Body = watch(r.Body)
	if again := r.GetBody; again != nil {
		out.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			if err != nil {
				return nil, err
			}
			return watch(body), nil
		}
	}
	return out
}

// enforceResponse checks resp and, where it reads the body, makes what was
// checked its body.
func (v *Validator) enforceResponse(op *operation, r *http.Request, resp *http.Response) Violations {
	f := v.finding(Response, op, r.Method)
	f.bad = http.StatusBadGateway
	hd := newHead(r.Method, resp.StatusCode, resp.Header)
	m, streams := f.checkHead(r.Context(), r, hd)
	if streams || m == nil && len(f.list) > 0 {
		return f.list
	}
	rec := newRecorder(resp.Body, v.maxResponse)
	if err := rec.fill(responseLength(r, resp)); err != nil {
		f.add(InBody, "", bodyRule(err), err)
		return f.list
	}
	body := f.checkResponseBody(r.Context(), hd, m, rec.kept)
	if m != nil && coding(resp.Header) != "" { // it is decoded
		resp.Header = resp.Header.Clone()
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength = int64(len(body))
	}
	resp.Body = struct {
		io.Reader
		io.Closer
	}{bytes.NewReader(body), resp.Body}
	return f.list
}

// observeResponse has resp looked at when its body has been read.
func (v *Validator) observeResponse(op *operation, r *http.Request, resp *http.Response) {
	f := v.finding(Response, op, r.Method)
	f.bad = http.StatusBadGateway
	hd := newHead(r.Method, resp.StatusCode, resp.Header)
	m, streams := f.checkHead(r.Context(), r, hd)
	if streams || r.Method == http.MethodHead || len(f.list) > 0 && m == nil {
		if len(f.list) > 0 {
			v.note(r, f.list)
		}
		return
	}
	rec := newRecorder(resp.Body, v.maxResponse)
	length := responseLength(r, resp)
	rec.ended = func() {
		switch body, whole, over := rec.copied(length); {
		case whole, hd.bodyless: // of what has none, a part says it all
			f.checkResponseBody(r.Context(), hd, m, body)
		case over:
			f.add(InBody, "", RuleBodyTooLarge, errTooLarge)
		}
		if len(f.list) > 0 {
			v.note(r, f.list)
		}
	}
	resp.Body = rec
}

// ErrorHandler answers for a httputil.ReverseProxy on Transport: what was
// refused as Options.Refuse has it, and 502 for an upstream that did not answer.
func (v *Validator) ErrorHandler(w http.ResponseWriter, r *http.Request, err error) {
	if vs := AsViolations(err); vs != nil {
		v.answer(w, r, vs)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}

// lengthOf returns the length of a client's body, -1 where it is not known: a
// client's 0 means that too, unless there is no body.
func lengthOf(r *http.Request) int64 {
	if r.ContentLength == 0 && r.Body != nil && r.Body != http.NoBody {
		return -1
	}
	return r.ContentLength
}

// responseLength returns the length of a response's body, -1 where it is not
// known.
func responseLength(r *http.Request, resp *http.Response) int64 {
	if r.Method == http.MethodHead {
		return 0 // the header tells of the body that a GET would have
	}
	return resp.ContentLength
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
