package validate

import (
	"net/http"
)

// Middleware returns a handler that lets next see only requests that the
// contract allows, and callers only such responses. What is refused is answered
// by Options.Refuse.
//
// next gets the bytes that were checked, the decoded path values in
// r.PathValue, and the context that Options.Authenticate returned. Its response
// is held until it is complete and checked, up to the cap; one of a media type
// that is not checked (a stream, a download) is passed on as it is written.
func (v *Validator) Middleware(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		op, values, allow, vs := v.find(r.Method, r.URL)
		if vs != nil {
			if allow != "" {
				w.Header().Set("Allow", allow)
			}
			v.refuse(w, r, vs)
			return
		}
		r = r.Clone(r.Context())
		for name, value := range values {
			r.SetPathValue(name, value)
		}
		if r, vs = v.admit(w, r, op, values); vs != nil {
			v.refuse(w, r, vs)
			return
		}
		held := newResponseWriter(w, r, v, op)
		next.ServeHTTP(held, r)
		held.finish()
	})
}

// admit reads, authenticates and checks one request. It returns the request as
// the handler is to see it.
func (v *Validator) admit(w http.ResponseWriter, r *http.Request, op *operation, values map[string]string) (*http.Request, Violations) {
	f := &finding{direction: Request, op: op}
	streamed := op.streams(r.Header)
	var body []byte
	if !streamed {
		var err error
		if r.ContentLength <= v.maxRequest {
			// net/http closes the connection of a body that was not read to its end
			body, err = readBody(http.MaxBytesReader(w, r.Body, v.maxRequest), r.ContentLength, v.maxRequest)
		} else {
			err = errTooLarge
		}
		if err != nil {
			f.add(InBody, "", bodyRule(err), err)
			return r, f.list
		}
		setBody(r, body)
	}
	if op.secured && v.authorize != nil {
		ctx, err := v.authorize(r)
		if err != nil {
			f.add(InHeader, "", RuleSecurity, err)
			return r, f.list
		}
		r = r.WithContext(ctx)
	}
	f.checkParameters(r, values)
	if !streamed {
		setBody(r, body) // Authenticate may have read it
		f.checkRequestBody(r, body)
	}
	return r, f.list
}

// streams tells whether the request's body is declared and of a media type that
// is not checked: it is passed on unread.
func (o *operation) streams(h http.Header) bool {
	if o.body == nil || !isIdentity(h) {
		return false
	}
	m := o.body.Content.Get(h.Get("Content-Type"))
	return m != nil && !o.media[m].checked()
}
