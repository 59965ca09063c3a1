package validate

import (
	"context"
	"net/http"
	"reflect"
)

// A call is one request while it is served.
type call struct {
	v    *Validator
	op   *operation
	path pathValues
	few  [3]string // what path's values are made of where it suffices

	text    string // the request's body, where it was read
	streams bool   // the body passes unread
	bound   any    // what the body was bound to
	charge  charge // what is held of both messages
	direct  bool   // the handler takes path and bound, and not a copy of the request

	held holdingWriter
}

// find finds the operation, or else what answers.
func (c *call) find(r *http.Request) (vs Violations) {
	c.op, c.path, vs = c.v.find(r.Method, r.URL, c.few[:0])
	return vs
}

// serve authenticates, checks and passes one request, and checks the response.
func (c *call) serve(w http.ResponseWriter, r *http.Request, to *target) {
	c.charge.budget = c.v.budget
	defer c.charge.end()
	mode := c.op.modes.get(Request)
	authenticates := c.op.secured && c.v.authorize != nil
	if c.op.secured && c.v.identify != nil {
		out, vs := c.identify(r)
		if vs != nil {
			c.v.note(out, vs)
			c.v.answer(w, out, vs)
			return
		}
		r = out
	}
	var observed func()
	var vs Violations
	switch {
	case mode == Enforce:
		r, vs = c.enforce(r, to, authenticates)
	case authenticates || mode == Observe:
		observed, r, vs = c.observe(c.path.copied(r), mode, authenticates)
	default:
		r = c.path.copied(r)
	}
	if vs != nil {
		c.v.note(r, vs)
		c.v.answer(w, r, vs)
		return
	}
	c.respond(w, r, to)
	if observed != nil {
		observed()
	}
}

// enforce returns the request as the handler is to see it, or what refuses it.
func (c *call) enforce(r *http.Request, to *target, authenticates bool) (*http.Request, Violations) {
	if c.streams = c.op.streams(r.Header, r.ContentLength); !c.streams {
		body := buffer{length: r.ContentLength, limit: c.v.maxRequest, charge: &c.charge}
		if err := body.read(r.Body); err != nil {
			f := c.finding(r)
			f.add(InBody, "", bodyRule(err), err)
			return c.path.copied(r), f.list
		}
		c.text = body.text()
	}
	out := r
	if authenticates {
		var vs Violations
		if out, vs = c.authenticate(c.path.copied(r)); vs != nil {
			return out, vs
		}
	}
	parameters := c.op.acceptsParameters(r, c.path)
	bodyOK := c.streams
	if !bodyOK {
		c.bound, bodyOK = c.op.acceptsBody(r.Header, c.text, true)
	}
	var decoded *http.Request
	if !parameters || !bodyOK {
		f := c.finding(r)
		if !parameters {
			f.checkParameters(r, c.path)
		}
		if !bodyOK {
			decoded = c.path.copied(out)
			f.doubted = true
			f.takeBody(decoded, c.text)
		}
		if len(f.list) > 0 {
			return c.path.copied(out), f.list
		}
	}
	switch {
	case decoded != nil:
		return decoded, nil
	case to.bound != nil && !c.streams && (c.text == "" || c.bound != nil):
		c.direct = true
		return out, nil
	case out == r:
		out = c.path.copied(r)
	}
	if !c.streams {
		c.giveBody(out)
	}
	return out, nil
}

func (c *call) finding(r *http.Request) *finding {
	return c.v.finding(Request, c.op, r.Method, &c.charge)
}

// identify asks Options.Identify, which has no body to read. It returns r, or a
// copy with another context.
func (c *call) identify(r *http.Request) (*http.Request, Violations) {
	asked := c.path.copied(r)
	asked.Body = http.NoBody
	ctx, err := c.v.identify(asked)
	if err != nil {
		f := c.finding(r)
		f.add(InHeader, "", RuleSecurity, err)
		return c.path.copied(r), f.list
	}
	return withContext(r, ctx), nil
}

// authenticate asks Options.Authenticate, which may read the body.
func (c *call) authenticate(r *http.Request) (*http.Request, Violations) {
	if !c.streams {
		c.giveBody(r)
	}
	ctx, err := c.v.authorize(r)
	if err != nil {
		f := c.finding(r)
		f.add(InHeader, "", RuleSecurity, err)
		return r, f.list
	}
	return withContext(r, ctx), nil
}

// withContext is http.Request's, but spares the copy where ctx is r's own.
func withContext(r *http.Request, ctx context.Context) *http.Request {
	if reflect.TypeOf(ctx).Kind() == reflect.Pointer && ctx == r.Context() { // not every context compares
		return r
	}
	return r.WithContext(ctx)
}

// giveBody makes the body that was read the one of r, from its beginning.
func (c *call) giveBody(r *http.Request) {
	r.ContentLength = int64(len(c.text))
	r.TransferEncoding = nil
	if c.text == "" {
		r.Body = http.NoBody
		return
	}
	b := &body{bound: c.bound}
	b.Reset(c.text)
	r.Body = b
}

// PathValue gives a boundHandler the path values.
func (c *call) PathValue(name string) string { return c.path.PathValue(name) }

// respond lets the handler answer, in the response's mode.
func (c *call) respond(w http.ResponseWriter, r *http.Request, to *target) {
	switch c.op.modes.get(Response) {
	case Enforce:
		c.held.begin(w, r, c)
		defer c.held.end()
		c.pass(&c.held, r, to)
		c.held.finish()
	case Observe:
		seen := newObservingWriter(w, r, c)
		c.pass(seen, r, to)
		seen.finish()
	default:
		c.pass(w, r, to)
	}
}

func (c *call) pass(w http.ResponseWriter, r *http.Request, to *target) {
	if c.direct {
		to.bound.ServeBound(w, r, c, c.bound)
		return
	}
	to.handler.ServeHTTP(w, r)
}
