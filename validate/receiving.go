package validate

import (
	"io"
	"net/http"
	"runtime"
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
	var c *charge
	read := buffer{length: responseLength(r, resp), limit: v.maxResponse}
	if resp.Body != nil && resp.Body != http.NoBody {
		c = &charge{budget: v.budget}
		read.charge = c
	}
	err := read.read(resp.Body)
	text := read.text()
	if err == nil && acceptsText(m, resp.Header, text) {
		if c != nil {
			giveRead(resp, text, c)
		}
		return f.violations()
	}
	if f == nil {
		f = v.fromUpstream(op, r)
	}
	f.charge = c
	if err != nil {
		c.end()
		f.add(InBody, "", bodyRule(err), err)
		return f.list
	}
	body := f.checkResponseBody(r.Context(), hd, m, text)
	if m != nil && coding(resp.Header) != "" { // it is decoded
		resp.Header = resp.Header.Clone()
		resp.Header.Del("Content-Encoding")
		resp.Header.Del("Content-Length")
		resp.ContentLength = int64(len(body))
	}
	giveRead(resp, body, c)
	if len(f.list) > 0 {
		c.end()
	}
	return f.list
}

// fromUpstream is for a response that is another's.
func (v *Validator) fromUpstream(op *operation, r *http.Request) *finding {
	f := v.finding(Response, op, r.Method, nil)
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

// A received body was read and checked. Its memory is held until it is closed or
// read to its end, or nobody has it any more.
type received struct {
	strings.Reader
	closer io.Closer
	charge *charge
}

func (b *received) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		b.charge.end()
	}
	return n, err
}

// WriteTo is strings.Reader's, and the end of the body.
func (b *received) WriteTo(w io.Writer) (int64, error) {
	defer b.charge.end()
	return b.Reader.WriteTo(w)
}

// Close closes what was read.
func (b *received) Close() error {
	b.charge.end()
	return b.closer.Close()
}

// giveRead makes what was read the body of resp, whose own is still to be closed.
func giveRead(resp *http.Response, text string, c *charge) {
	b := &received{closer: resp.Body, charge: c}
	b.Reset(text)
	if text != "" {
		runtime.AddCleanup(b, (*charge).end, c)
	}
	resp.Body = b
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
	rec := v.record(resp.Body, responseLength(r, resp), v.maxResponse)
	f.charge, f.observed = rec.kept.charge, true
	rec.ended = func() {
		defer rec.kept.charge.end()
		switch body, whole, lost := rec.copied(); {
		case whole, hd.bodyless: // of what has none, a part says it all
			f.checkResponseBody(r.Context(), hd, m, body)
		case lost != nil:
			f.add(InBody, "", bodyRule(lost), lost)
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
