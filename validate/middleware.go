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
	to := &target{handler: next}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{v: v}
		if vs := c.find(r); vs != nil {
			v.passUnknown(w, r, vs, next)
			return
		}
		c.serve(w, r, to)
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

// answer refuses a call.
func (v *Validator) answer(w http.ResponseWriter, r *http.Request, vs Violations) {
	if vs[0].Allow != "" {
		w.Header().Set("Allow", vs[0].Allow)
	}
	if vs[0].Rule == RuleBodyBudget {
		w.Header().Set("Retry-After", "1") // a second is many bodies' time
	}
	v.refuse(w, r, vs)
}
