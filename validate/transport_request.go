package validate

import (
	"io"
	"net/http"
	"sync/atomic"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/check"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/contract"
)

// enforceRequest returns the request to send: one with the body that was checked.
// It closes r.Body, as a RoundTripper must, unless that is sent.
func (v *Validator) enforceRequest(r *http.Request, op *operation, rt *roundTrip) (*http.Request, Violations) {
	length := lengthOf(r)
	passes := rt.request.Begin(op.Operation, check.RequestHead{RawQuery: r.URL.RawQuery, Path: &rt.path, Header: r.Header, Length: length})
	var b check.Body
	if !passes {
		buf := body.Buffer{Length: length, Limit: v.options.MaxRequestBody, Charge: &rt.charge}
		b.Err = buf.Read(r.Body)
		b.Text = buf.Text()
		closeBody(r.Body)
	}
	text := rt.request.Check(r.Context(), b, &rt.charge)
	switch vs := op.violations(Request, r.Method, rt.request.Violations.List); {
	case vs != nil && passes:
		closeBody(r.Body)
		return nil, vs
	case vs != nil:
		return nil, vs
	case passes || text == "" && length == 0:
		return r, nil
	default:
		return newReplayableRequest(r, text), nil
	}
}

// observeRequest returns the request to send: its body is checked when it has been
// sent.
func (v *Validator) observeRequest(r *http.Request, op *operation, path contract.PathValues) *http.Request {
	length := lengthOf(r)
	request := new(check.Request)
	passes := request.Begin(op.Operation, check.RequestHead{
		RawQuery: r.URL.RawQuery, Path: &path, Header: r.Header, Length: length, Observed: true,
	})
	finish := func(b check.Body, charge *body.Charge) {
		request.Check(r.Context(), b, charge)
		if vs := op.violations(Request, r.Method, request.Violations.List); vs != nil {
			v.record(r, vs)
		}
	}
	if length == 0 || passes {
		finish(check.Body{}, nil)
		return r
	}
	var isFinished atomic.Bool // a request that is sent again is one request
	watch := func(src io.ReadCloser) io.ReadCloser {
		tee, charge := v.newTee(src, length, v.options.MaxRequestBody)
		tee.Ended = func() {
			defer charge.End()
			text, isWhole, lost := tee.Copy()
			if (isWhole || lost != nil) && isFinished.CompareAndSwap(false, true) {
				finish(check.Body{Text: text, Err: lost}, charge)
			}
		}
		return tee
	}
	out := r.Clone(r.Context())
	out.Body = watch(r.Body)
	if getBody := r.GetBody; getBody != nil {
		out.GetBody = func() (io.ReadCloser, error) {
			src, err := getBody()
			if err != nil {
				return nil, err
			}
			return watch(src), nil
		}
	}
	return out
}

// lengthOf returns the length of a client's body, -1 if it is not known: a client's
// 0 also means that, unless there is no body.
func lengthOf(r *http.Request) int64 {
	if r.ContentLength == 0 && r.Body != nil && r.Body != http.NoBody {
		return -1
	}
	return r.ContentLength
}
