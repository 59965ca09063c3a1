package validate

import (
	"fmt"
	"net/http"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// Middleware returns a handler that checks what passes between its callers and
// next, and in mode Enforce lets only that pass which the contract allows;
// Options.Refuse answers the rest.
//
// In Enforce next gets the bytes that were checked, and its response is buffered
// until it is complete and checked, up to the limit. In Observe nothing is
// buffered: a request's body is checked when next has read it whole, a response's
// when next has written it. A body of a media type that is not checked (a stream,
// an upload) always passes as it comes.
//
// In every mode next gets the decoded path values in r.PathValue, and the context
// that Options.Authenticate returned.
func (v *Validator) Middleware(next http.Handler) http.Handler {
	to := &target{handler: next}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{v: v}
		if vs := x.find(r); vs != nil {
			v.passUnknown(w, r, vs, next)
			return
		}
		x.serve(w, r, to)
	})
}

// passUnknown serves a request of no operation.
func (v *Validator) passUnknown(w http.ResponseWriter, r *http.Request, vs Violations, next http.Handler) {
	mode := v.modes.get(Request)
	if mode != Off {
		v.record(r, vs)
	}
	if mode == Enforce {
		v.refuse(w, r, vs)
		return
	}
	next.ServeHTTP(w, r)
}

// refuse answers a request that does not pass.
func (v *Validator) refuse(w http.ResponseWriter, r *http.Request, vs Violations) {
	if vs[0].Allow != "" {
		w.Header().Set("Allow", vs[0].Allow)
	}
	if vs[0].Rule == rule.BodyBudget {
		w.Header().Set("Retry-After", "1") // many bodies pass in a second
	}
	v.options.Refuse(w, r, vs)
}

// A target is a handler that requests go to.
type target struct {
	handler http.Handler
	bound   BoundHandler // nil: there is only ServeHTTP
}

// A BoundHandler is a handler that takes the bound body directly, which saves a copy
// of the request. The generated server's Operations are such handlers.
type BoundHandler interface {
	http.Handler

	// ServeBound is called for a request that was accepted and whose body, if there
	// is one, was bound. r is the original: its body is consumed, and PathValue is
	// not set. path returns the decoded path values. body is of a type that
	// Options.BodyTypes has, or nil if the request has none.
	ServeBound(w http.ResponseWriter, r *http.Request, path interface{ PathValue(name string) string }, body any)
}

// Handler returns a handler that routes as the contract says, each request to the
// handler of its operation, and that checks what passes as Middleware does. The
// keys are operationIds, or "METHOD /path" with the contract's template for an
// operation that has none. A path or a method that the contract does not have is
// refused in every mode. Handlers that implement [BoundHandler] get bound bodies.
// Handler returns an error unless operations has one handler for each operation.
func (v *Validator) Handler(operations map[string]http.Handler) (http.Handler, error) {
	targets := make([]*target, len(v.operations))
	known := make(map[string]bool, len(v.operations))
	for i, op := range v.operations {
		h := operations[op.Key()]
		if h == nil {
			return nil, fmt.Errorf("validate: there is no handler for %q", op.Key())
		}
		bound, _ := h.(BoundHandler)
		targets[i] = &target{h, bound}
		known[op.Key()] = true
	}
	for id := range operations {
		if !known[id] {
			return nil, fmt.Errorf("validate: there is a handler for %q, which the contract does not have", id)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x := &exchange{v: v}
		if vs := x.find(r); vs != nil {
			if v.modes.get(Request) != Off {
				v.record(r, vs)
			}
			v.refuse(w, r, vs)
			return
		}
		x.serve(w, r, targets[x.op.Index])
	}), nil
}
