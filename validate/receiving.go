package validate

import (
	"bytes"
	"io"
	"net/http"
	"strings"
)

// enforceResponse checks resp and, where it reads the body, makes what was
// checked its body.
func (v *Validator) enforceResponse(op *operation, r *http.Request, resp *http.Response) Violations {
	hd := newHead(r.Method, resp.StatusCode, resp.Header)
	var f *finding // nil where nothing was doubted
	m, streams, ok := op.acceptsHead(hd)
	if !ok {
		f = v.fromUpstream(op, r)
		if m, streams = f.checkHead(r.Context(), r, hd); m == nil && len(f.list) > 0 {
			return f.list
		}
	}
	if streams {
		return f.violations()
	}
	text, err := readText(resp.Body, responseLength(r, resp), v.maxResponse)
	if err == nil && acceptsText(m, resp.Header, text) {
		if resp.Body != http.NoBody {
			giveRead(resp, strings.NewReader(text))
		}
		return f.violations()
	}
	if f == nil {
		f = v.fromUpstream(op, r)
	}
	if err != nil {
		f.add(InBody, "", bodyRule(err), err)
		return f.list
	}
	body := f.checkResponseBody(r.Context(), hd, m, []byte(text))
	if m != nil && coding(resp.Header) != "" { // it is decoded
		resp.Header = resp.Header.Clone()
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength = int64(len(body))
	}
	giveRead(resp, bytes.NewReader(body))
	return f.list
}

// fromUpstream is for a response that is another's.
func (v *Validator) fromUpstream(op *operation, r *http.Request) *finding {
	f := v.finding(Response, op, r.Method)
	f.bad = http.StatusBadGateway
	return f
}

// acceptsText tells whether a response's body is good; m is nil where it has
// none.
func acceptsText(m *media, h http.Header, text string) bool {
	if m == nil {
		return text == ""
	}
	return len(h["Content-Encoding"]) == 0 && m.program.JSONString(text)
}

// giveRead makes what was read the body of resp, whose own is still to be closed.
func giveRead(resp *http.Response, read io.Reader) {
	resp.Body = struct {
		io.Reader
		io.Closer
	}{read, resp.Body}
}

// observeResponse has resp looked at when its body has been read.
func (v *Validator) observeResponse(op *operation, r *http.Request, resp *http.Response) {
	f := v.fromUpstream(op, r)
	hd := newHead(r.Method, resp.StatusCode, resp.Header)
	m, streams := f.checkHead(r.Context(), r, hd)
	if streams || r.Method == http.MethodHead || len(f.list) > 0 && m == nil {
		if len(f.list) > 0 {
			v.note(r, f.list)
		}
		return
	}
	rec := newRecorder(resp.Body, v.maxResponse)
	length := responseLength(r, resp)
	rec.ended = func() {
		switch body, whole, over := rec.copied(length); {
		case whole, hd.bodyless: // of what has none, a part says it all
			f.checkResponseBody(r.Context(), hd, m, body)
		case over:
			f.add(InBody, "", RuleBodyTooLarge, errTooLarge)
		}
		if len(f.list) > 0 {
			v.note(r, f.list)
		}
	}
	resp.Body = rec
}

// responseLength returns the length of a response's body, -1 where it is not
// known.
func responseLength(r *http.Request, resp *http.Response) int64 {
	if r.Method == http.MethodHead {
		return 0 // the header tells of the body that a GET would have
	}
	return resp.ContentLength
}
