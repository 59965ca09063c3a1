package validate

import (
	"errors"
	"net/http"
	"sync"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/check"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/contract"
)

// Transport returns a RoundTripper that checks what passes through next, and in
// mode Enforce lets only that pass which the contract allows. If next is nil it is
// http.DefaultTransport. It serves a client, and a httputil.ReverseProxy whose
// ErrorHandler is the Validator's.
//
// A message that is refused is an error in which errors.As finds [Violations]; a
// request that is refused was not sent. A redirect is a status like any other: one
// that is not declared is an error, so an http.Client never follows it.
//
// In Enforce bodies are read whole, up to their limits; in Observe they are checked
// when they have passed. Those of a media type that is not checked pass as they
// come. Transport authenticates nobody.
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

// A roundTrip is what the checks of one call need until there is a response. It is
// used again.
type roundTrip struct {
	path     contract.PathValues
	pathBuf  [3]string // the memory of path's values, if it suffices
	request  check.Request
	response check.Response
	charge   body.Charge // of the request
}

var roundTrips = sync.Pool{New: func() any { return new(roundTrip) }}

func (rt *roundTrip) end() {
	rt.charge.End()
	*rt = roundTrip{}
	roundTrips.Put(rt)
}

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	rt := roundTrips.Get().(*roundTrip)
	defer rt.end()
	rt.charge.Begin(t.v.budget)
	op, path, vs := t.v.find(r.Method, r.URL, rt.pathBuf[:0])
	if op == nil {
		return t.passUnknown(r, vs)
	}
	rt.path = path
	t.v.routed(r, op)
	out := r
	switch op.modes.get(Request) {
	case Enforce:
		if out, vs = t.v.enforceRequest(r, op, rt); vs != nil {
			t.v.record(r, vs)
			return nil, vs
		}
	case Observe:
		out = t.v.observeRequest(r, op, rt.path.Clone())
	}
	resp, err := t.next.RoundTrip(out)
	if err != nil {
		return nil, err
	}
	resp.Request = r
	switch op.modes.get(Response) {
	case Enforce:
		if vs := t.v.enforceResponse(r, op, rt, resp); vs != nil {
			resp.Body.Close()
			t.v.record(r, vs)
			return nil, vs
		}
	case Observe:
		t.v.observeResponse(r, op, resp)
	}
	return resp, nil
}

// passUnknown sends a request of no operation.
func (t *transport) passUnknown(r *http.Request, vs Violations) (*http.Response, error) {
	mode := t.v.modes.get(Request)
	if mode != Off {
		t.v.record(r, vs)
	}
	if mode == Enforce {
		closeBody(r.Body)
		return nil, vs
	}
	return t.next.RoundTrip(r)
}

// ErrorHandler answers for a httputil.ReverseProxy on Transport: with Options.Refuse
// if a message was refused, and with 502 if the upstream did not answer.
func (v *Validator) ErrorHandler(w http.ResponseWriter, r *http.Request, err error) {
	if vs := AsViolations(err); vs != nil {
		v.refuse(w, r, vs)
		return
	}
	w.WriteHeader(http.StatusBadGateway)
}

// AsViolations returns the violations in err, nil if there are none.
func AsViolations(err error) Violations {
	var vs Violations
	errors.As(err, &vs)
	return vs
}
