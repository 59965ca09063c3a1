package validate

import (
	"context"
	"net/http"
	"reflect"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/check"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/contract"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// An exchange is one request and its response while a server serves them.
type exchange struct {
	v       *Validator
	op      *operation
	path    contract.PathValues
	pathBuf [3]string // the memory of path's values, if it suffices

	request  check.Request
	charge   body.Charge // of both messages
	passes   bool        // the request's body passes unread
	isDirect bool        // the handler takes path and the bound body, and not a copy of the request

	writer bufferedWriter
}

// find finds the operation, or else the violation.
func (x *exchange) find(r *http.Request) (vs Violations) {
	x.op, x.path, vs = x.v.find(r.Method, r.URL, x.pathBuf[:0])
	return vs
}

// serve authenticates, checks and passes the request, and checks the response.
func (x *exchange) serve(w http.ResponseWriter, r *http.Request, to *target) {
	x.charge.Begin(x.v.budget)
	defer x.charge.End()
	x.v.routed(r, x.op)
	r, vs := x.identify(r)
	var tee *body.Tee
	if vs == nil {
		mode := x.op.modes.get(Request)
		authenticates := x.op.IsSecured && x.v.options.Authenticate != nil
		switch {
		case mode == Enforce:
			r, vs = x.enforce(r, to, authenticates)
		case mode == Observe, authenticates:
			r, tee, vs = x.observe(copyWithPath(r, &x.path), mode, authenticates)
		default:
			r = copyWithPath(r, &x.path)
		}
	}
	if vs != nil {
		x.v.record(r, vs)
		x.v.refuse(w, r, vs)
		return
	}
	x.respond(w, r, to)
	if tee != nil {
		text, isWhole, lost := tee.Copy()
		x.request.Check(r.Context(), check.Body{Text: text, Err: lost, IsPartial: !isWhole}, &x.charge)
		if vs := x.requestViolations(r); vs != nil {
			x.v.record(r, vs)
		}
	}
}

func (x *exchange) requestViolations(r *http.Request) Violations {
	return x.op.violations(Request, r.Method, x.request.Violations.List)
}

// unauthorized returns the request that was refused, and the violation.
func (x *exchange) unauthorized(r *http.Request, err error) (*http.Request, Violations) {
	x.request.Violations.Add(rule.InHeader, "", rule.Security, err)
	return r, x.requestViolations(r)
}

// begin begins the check of the request.
func (x *exchange) begin(r *http.Request, observed bool) {
	x.passes = x.request.Begin(x.op.Operation, check.RequestHead{
		RawQuery: r.URL.RawQuery, Path: &x.path, Header: r.Header, Length: r.ContentLength,
		Bind: !observed, Observed: observed,
	})
}

func (x *exchange) requestBuffer(r *http.Request) body.Buffer {
	return body.Buffer{Length: r.ContentLength, Limit: x.v.options.MaxRequestBody, Charge: &x.charge}
}

// enforce returns the request as the handler is to see it, or what refuses it.
func (x *exchange) enforce(r *http.Request, to *target, authenticates bool) (*http.Request, Violations) {
	x.begin(r, false)
	var b check.Body
	if !x.passes {
		buf := x.requestBuffer(r)
		b.Err = buf.Read(r.Body)
		b.Text = buf.Text()
	}
	out := r
	if authenticates && b.Err == nil {
		asked := copyWithPath(r, &x.path)
		if !x.passes {
			setRequestBody(asked, b.Text, nil)
		}
		var vs Violations
		if out, vs = x.authenticate(asked); vs != nil {
			return out, vs
		}
	}
	text := x.request.Check(out.Context(), b, &x.charge)
	if vs := x.requestViolations(r); vs != nil {
		return copyWithPath(out, &x.path), vs
	}
	if to.bound != nil && !x.passes && (text == "" || x.request.Bound != nil) {
		x.isDirect = true
		return out, nil
	}
	if out == r {
		out = copyWithPath(r, &x.path)
	}
	if !x.passes {
		setRequestBody(out, text, x.request.Bound)
		dropCoding(out, text)
	}
	return out, nil
}

// observe returns the request as the handler is to see it, and the tee that keeps
// what the handler reads of its body: nil if nothing is to be checked then. It
// returns violations only if Authenticate refuses the caller.
func (x *exchange) observe(r *http.Request, mode Mode, authenticates bool) (*http.Request, *body.Tee, Violations) {
	x.begin(r, true)
	tee := body.NewTee(r.Body, x.requestBuffer(r))
	if authenticates {
		if !x.passes {
			tee.Fill() // Authenticate reads it
			r.Body = tee.Peek()
		}
		var vs Violations
		if r, vs = x.authenticate(r); vs != nil {
			return r, nil, vs
		}
	}
	if !x.passes {
		r.Body = tee
	}
	if mode == Off {
		return r, nil, nil
	}
	return r, tee, nil
}

// identify asks Options.Identify, which has no body to read. It returns r, or a
// copy with another context.
func (x *exchange) identify(r *http.Request) (*http.Request, Violations) {
	if !x.op.IsSecured || x.v.options.Identify == nil {
		return r, nil
	}
	asked := copyWithPath(r, &x.path)
	asked.Body = http.NoBody
	ctx, err := x.v.options.Identify(asked, x.op.public())
	if err != nil {
		return x.unauthorized(copyWithPath(r, &x.path), err)
	}
	return withContext(r, ctx), nil
}

// authenticate asks Options.Authenticate, which may read the body.
func (x *exchange) authenticate(r *http.Request) (*http.Request, Violations) {
	ctx, err := x.v.options.Authenticate(r, x.op.public())
	if err != nil {
		return x.unauthorized(r, err)
	}
	return withContext(r, ctx), nil
}

// withContext is http.Request's, but saves the copy if ctx is r's own.
func withContext(r *http.Request, ctx context.Context) *http.Request {
	if reflect.TypeOf(ctx).Kind() == reflect.Pointer && ctx == r.Context() { // not every context can be compared
		return r
	}
	return r.WithContext(ctx)
}

// PathValue gives a BoundHandler the path values.
func (x *exchange) PathValue(name string) string { return x.path.PathValue(name) }

// respond lets the handler answer, in the response's mode.
func (x *exchange) respond(w http.ResponseWriter, r *http.Request, to *target) {
	switch x.op.modes.get(Response) {
	case Enforce:
		x.writer.begin(w, r, x)
		defer x.writer.end()
		x.pass(&x.writer, r, to)
		x.writer.finish()
	case Observe:
		tee := newTeeWriter(w, r, x)
		x.pass(tee, r, to)
		tee.finish()
	default:
		x.pass(w, r, to)
	}
}

func (x *exchange) pass(w http.ResponseWriter, r *http.Request, to *target) {
	if x.isDirect {
		to.bound.ServeBound(w, r, x, x.request.Bound)
		return
	}
	to.handler.ServeHTTP(w, r)
}

// copyWithPath returns a shallow copy of r that has the path values; r keeps its
// own.
func copyWithPath(r *http.Request, path *contract.PathValues) *http.Request {
	out := *r
	for name, value := range path.All {
		before := r.PathValue(name)
		if out.SetPathValue(name, value); r.PathValue(name) != before {
			r.SetPathValue(name, before) // r shares its values with its copies
			deep := r.Clone(r.Context())
			for name, value := range path.All {
				deep.SetPathValue(name, value)
			}
			return deep
		}
	}
	return &out
}
