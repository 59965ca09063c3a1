package validate

import "net/http"

// observe prepares a request that is not refused for what it says. It returns
// the request as the handler is to see it, or what refuses a stranger's;
// observed, where it is not nil, is what is left to do when the handler has read
// the body.
func (c *call) observe(r *http.Request, mode Mode, authenticates bool) (observed func(), _ *http.Request, _ Violations) {
	f := c.finding(r)
	f.observed = true
	declared := r.ContentLength
	rec := newRecorder(r.Body, buffer{length: declared, limit: c.v.maxRequest, charge: &c.charge})
	streams := c.op.streams(r.Header, declared)
	if authenticates {
		if !streams {
			rec.fill() // Authenticate reads of it
			r.Body = rec.peek()
		}
		ctx, err := c.v.authorize(r)
		if err != nil {
			f.add(InHeader, "", RuleSecurity, err)
			return nil, r, f.list
		}
		r = withContext(r, ctx)
	}
	if !streams {
		r.Body = rec
	}
	if mode == Off {
		return nil, r, nil
	}
	return func() { f.observeRequest(r, c.path, rec, streams) }, r, nil
}

// observeRequest reports on a request whose body has passed.
func (f *finding) observeRequest(r *http.Request, path pathValues, rec *recorder, streams bool) {
	body, whole, lost := rec.copied()
	if lost != nil && !streams { // as in Enforce, where nothing else is known then
		f.add(InBody, "", bodyRule(lost), lost)
	} else {
		f.checkParameters(r, path)
	}
	if whole && !streams {
		f.checkRequestBody(r, body)
	}
	if len(f.list) > 0 {
		f.v.note(r, f.list)
	}
}
