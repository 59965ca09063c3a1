package validate

import (
	"fmt"
	"net/http"
)

// A target is a handler that calls come to.
type target struct {
	handler http.Handler
	bound   boundHandler // nil: there is only ServeHTTP
}

// A boundHandler takes what was bound as it is, which spares a copy of the
// request: path gives the decoded path values, and body is of a type that
// Options.Bodies has, or nil where the request has none. gen's Operations are
// such handlers.
type boundHandler interface {
	ServeBound(w http.ResponseWriter, r *http.Request, path interface{ PathValue(name string) string }, body any)
}

// Handler returns a handler that routes as the contract says, each request to
// the handler of its operation, and that looks at what passes as Middleware
// does. The keys are operationIds, or "METHOD /path" with the contract's template
// for an operation that has none. A path or a method that the contract does not
// have is refused in every mode. Handler returns an error where operations has
// not one handler for each operation.
//
// A handler that also has
//
//	ServeBound(w http.ResponseWriter, r *http.Request, path interface{ PathValue(name string) string }, body any)
//
// is called that way where the request was accepted and its body, if there is
// one, was bound: r is then the caller's own, its body read and its PathValue
// not set.
func (v *Validator) Handler(operations map[string]http.Handler) (http.Handler, error) {
	targets := make(map[*operation]*target, len(v.operations))
	known := make(map[string]bool, len(v.operations))
	for _, op := range v.operations {
		h := operations[op.key()]
		if h == nil {
			return nil, fmt.Errorf("validate: there is no handler for %q", op.key())
		}
		bound, _ := h.(boundHandler)
		targets[op] = &target{h, bound}
		known[op.key()] = true
	}
	for id := range operations {
		if !known[id] {
			return nil, fmt.Errorf("validate: there is a handler for %q, which the contract does not have", id)
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &call{v: v}
		if vs := c.find(r); vs != nil {
			if v.modes.get(Request) != Off {
				v.note(r, vs)
			}
			v.answer(w, r, vs)
			return
		}
		c.serve(w, r, targets[c.op])
	}), nil
}
