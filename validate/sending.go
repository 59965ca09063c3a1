package validate

import (
	"io"
	"net/http"
	"runtime"
	"sync/atomic"
)

// enforceRequest returns the request to send: one with the body that was
// checked. It closes r.Body, as a RoundTripper must, unless it is sent on.
func (v *Validator) enforceRequest(r *http.Request, op *operation, path pathValues, c *charge) (*http.Request, Violations) {
	parameters := op.acceptsParameters(r, path)
	streams := op.streams(r.Header, lengthOf(r))
	var text string
	if !streams {
		body := buffer{length: lengthOf(r), limit: v.maxRequest, charge: c}
		err := body.read(r.Body)
		closeBody(r.Body)
		if err != nil {
			f := v.finding(Request, op, r.Method, c)
			f.add(InBody, "", bodyRule(err), err)
			return nil, f.list
		}
		text = body.text()
	}
	body := streams
	if !body {
		_, body = op.acceptsBody(r.Header, text, false)
	}
	out := r
	if !body || text != "" || !streams && lengthOf(r) != 0 {
		out = sending(r, text)
	}
	if parameters && body {
		return out, nil
	}
	f := v.finding(Request, op, r.Method, c)
	if !parameters {
		f.checkParameters(r, path)
	}
	if !body {
		f.doubted = true
		f.takeBody(out, text)
	}
	if streams && len(f.list) > 0 {
		closeBody(r.Body)
	}
	return out, f.list
}

// observeRequest returns the request to send: its body is looked at when it has
// been sent.
func (v *Validator) observeRequest(r *http.Request, op *operation) *http.Request {
	_, path, _ := v.find(r.Method, r.URL, nil) // looked at when the call is over
	length := lengthOf(r)
	if length == 0 || op.streams(r.Header, length) {
		f := v.finding(Request, op, r.Method, nil)
		f.observeRequest(r, path, newRecorder(nil, buffer{}), length != 0)
		return r
	}
	var once atomic.Bool // a request that is sent again is one request
	watch := func(body io.ReadCloser) *recorder {
		rec := v.record(body, length, v.maxRequest)
		rec.ended = func() {
			defer rec.kept.charge.end()
			if _, whole, lost := rec.copied(); (whole || lost != nil) && once.CompareAndSwap(false, true) {
				f := v.finding(Request, op, r.Method, rec.kept.charge)
				f.observed = true
				f.observeRequest(r, path, rec, false)
			}
		}
		return rec
	}
	out := r.Clone(r.Context())
	out.Body = watch(r.Body)
	if again := r.GetBody; again != nil {
		out.GetBody = func() (io.ReadCloser, error) {
			body, err := again()
			if err != nil {
				return nil, err
			}
			return watch(body), nil
		}
	}
	return out
}

// record returns a recorder of a body that may never be closed.
func (v *Validator) record(body io.ReadCloser, length, limit int64) *recorder {
	c := &charge{budget: v.budget}
	rec := newRecorder(body, buffer{length: length, limit: limit, charge: c})
	runtime.AddCleanup(rec, (*charge).end, c)
	return rec
}

// lengthOf returns the length of a client's body, -1 where it is not known: a
// client's 0 means that too, unless there is no body.
func lengthOf(r *http.Request) int64 {
	if r.ContentLength == 0 && r.Body != nil && r.Body != http.NoBody {
		return -1
	}
	return r.ContentLength
}

func closeBody(body io.Closer) {
	if body != nil {
		body.Close()
	}
}

// A sent request has a body that was checked. It may be read again, by another
// attempt.
type sent struct {
	r    http.Request
	body body
	text string
}

// sending returns a copy of r that carries text, which was checked.
func sending(r *http.Request, text string) *http.Request {
	s := &sent{r: *r, text: text}
	s.r.ContentLength = int64(len(text))
	s.r.TransferEncoding = nil
	if text == "" {
		s.r.Body, s.r.GetBody = http.NoBody, func() (io.ReadCloser, error) { return http.NoBody, nil }
		return &s.r
	}
	s.body.Reset(text)
	s.r.Body, s.r.GetBody = &s.body, s.again
	return &s.r
}

func (s *sent) again() (io.ReadCloser, error) {
	b := new(body)
	b.Reset(s.text)
	return b, nil
}
