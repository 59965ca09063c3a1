package validate

import (
	"errors"
	"net/http"
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
	var few [3]string // on the stack: nothing of path may outlive this call
	op, path, vs := t.v.find(r.Method, r.URL, few[:0])
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
	sent := t.v.budget.charge()
	defer sent.put() // when there is a response the request is over
	out := r
	switch op.modes.get(Request) {
	case Enforce:
		if out, vs = t.v.enforceRequest(r, op, path, sent); vs != nil {
			t.v.note(r, vs)
			return nil, vs
		}
	case Observe:
		out = t.v.observeRequest(r, op)
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

// ErrorHandler answers for a httputil.ReverseProxy on Transport: what was
// refused as Options.Refuse has it, and 502 for an upstream that did not answer.
func (v *Validator) ErrorHandler(w http.ResponseWriter, r *http.Request, err error) {
	if vs := AsViolations(err); vs != nil {
		v.answer(w, r, vs)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}

// AsViolations returns the violations in err, nil where there are none.
func AsViolations(err error) Violations {
	var vs Violations
	errors.As(err, &vs)
	return vs
}
