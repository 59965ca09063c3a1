package validate

import (
	"net/http"
)

// Middleware returns a handler that looks at what passes between its callers
// and next, and in mode Enforce lets only that pass which the contract allows;
// the rest is answered by Options.Refuse.
//
// In Enforce next gets the bytes that were checked, and its response is held
// until it is complete and checked, up to the cap. In Observe nothing is held:
// a request's body is looked at when next has read it whole, a response's when
// next has written it. A body of a media type that is not checked (a stream, an
// upload) always passes as it comes.
//
// In every mode next gets the decoded path values in r.PathValue, and the
// context that Options.Authenticate returned.
func (v *Validator) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		op, values, vs := v.find(r.Method, r.URL)
		if op == nil {
			v.passUnknown(w, r, vs, next)
			return
		}
		r = r.Clone(r.Context())
		for name, value := range values {
			r.SetPathValue(name, value)
		}
		observed, r, vs := v.admit(r, op, values)
		if vs != nil {
			v.note(r, vs)
			v.answer(w, r, vs)
			return
		}
		v.respond(w, r, op, next)
		if observed != nil {
			observed()
		}
	})
}

// passUnknown is for a request of no operation.
func (v *Validator) passUnknown(w http.ResponseWriter, r *http.Request, vs Violations, next http.Handler) {
	mode := v.modes.get(Request)
	if mode != Off {
		v.note(r, vs)
	}
	if mode == Enforce {
		v.answer(w, r, vs)
		return
	}
	next.ServeHTTP(w, r)
}

// admit authenticates and checks one request. It returns the request as the
// handler is to see it, or the violations that refuse it; observed, where it is
// not nil, is what is left to do when the handler has read the body.
func (v *Validator) admit(r *http.Request, op *operation, values map[string]string) (observed func(), _ *http.Request, _ Violations) {
	mode := op.modes.get(Request)
	authenticates := op.secured && v.authorize != nil
	if mode == Off && !authenticates {
		return nil, r, nil
	}
	f := v.finding(Request, op, r.Method)
	declared := r.ContentLength
	rec := newRecorder(r.Body, v.maxRequest)
	streams := op.streams(r.Header, declared)
	if !streams {
		if mode == Enforce || authenticates {
			if err := rec.fill(declared); err != nil && mode == Enforce {
				f.add(InBody, "", bodyRule(err), err)
				return nil, r, f.list
			}
		}
		r.Body = rec
	}
	if authenticates {
		if !streams {
			r.Body = rec.peek()
		}
		ctx, err := v.authorize(r)
		if err != nil {
			f.add(InHeader, "", RuleSecurity, err)
			return nil, r, f.list
		}
		r = r.WithContext(ctx)
		if !streams {
			r.Body = rec
		}
	}
	switch {
	case mode == Off:
		return nil, r, nil
	case mode == Observe:
		return func() { f.observeRequest(r, values, rec, declared, streams) }, r, nil
	}
	if f.checkParameters(r, values); !streams {
		f.takeBody(r, rec.kept)
	}
	return nil, r, f.list
}

// takeBody checks a body that was read whole, and makes what was checked the
// body of r: with the value that it was decoded to, from which oapi-codegen's
// runtime binds instead of decoding once more.
func (f *finding) takeBody(r *http.Request, body []byte) {
	body = f.checkRequestBody(r, body)
	r.Header.Del("Content-Encoding") // it is decoded, or else refused
	setBody(r, body)
	if f.decoded != nil {
		r.Body = f.decoded
	}
}

// observeRequest reports on a request whose body has passed.
func (f *finding) observeRequest(r *http.Request, values map[string]string, rec *recorder, declared int64, streams bool) {
	body, whole, over := rec.copied(declared)
	if over { // as in Enforce, where nothing else is known then
		f.add(InBody, "", RuleBodyTooLarge, errTooLarge)
	} else {
		f.checkParameters(r, values)
	}
	if whole && !streams {
		f.checkRequestBody(r, body)
	}
	if len(f.list) > 0 {
		f.v.note(r, f.list)
	}
}

// respond lets next answer, in the response's mode.
func (v *Validator) respond(w http.ResponseWriter, r *http.Request, op *operation, next http.Handler) {
	switch op.modes.get(Response) {
	case Enforce:
		held := newHoldingWriter(w, r, v, op)
		next.ServeHTTP(held, r)
		held.finish()
	case Observe:
		seen := newObservingWriter(w, r, v, op)
		next.ServeHTTP(seen, r)
		seen.finish()
	default:
		next.ServeHTTP(w, r)
	}
}

// answer refuses a call.
func (v *Validator) answer(w http.ResponseWriter, r *http.Request, vs Violations) {
	if vs[0].Allow != "" {
		w.Header().Set("Allow", vs[0].Allow)
	}
	v.refuse(w, r, vs)
}
