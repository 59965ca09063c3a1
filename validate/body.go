package validate

import (
	"io"
	"net/http"
	"runtime"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
)

// Bound returns what the body of a request that passed Middleware was bound to, of a
// type that Options.BodyTypes has. It returns nil if the body was not bound.
func Bound(r *http.Request) any {
	if b, ok := r.Body.(*requestBody); ok {
		return b.bound
	}
	return nil
}

// A requestBody was read whole and accepted. It may be read when the handler has
// returned, as a client's transport does.
type requestBody struct {
	strings.Reader
	bound any
}

// Close does nothing: the body was read to its end.
func (*requestBody) Close() error { return nil }

// Bound returns what the body was bound to, nil if it was not. Generated handlers
// find it by this method, without importing this package.
func (b *requestBody) Bound() any { return b.bound }

// setRequestBody gives r the body that was read.
func setRequestBody(r *http.Request, text string, bound any) {
	r.ContentLength = int64(len(text))
	r.TransferEncoding = nil
	if text == "" {
		r.Body = http.NoBody
		return
	}
	b := &requestBody{bound: bound}
	b.Reset(text)
	r.Body = b
}

// dropCoding takes the content coding out of r's header, which others may share,
// because the body was decoded.
func dropCoding(r *http.Request, text string) {
	if text != "" && len(r.Header["Content-Encoding"]) > 0 {
		r.Header = r.Header.Clone()
		r.Header.Del("Content-Encoding")
	}
}

// A replayableRequest has a body that was checked, and that can be sent again.
type replayableRequest struct {
	r    http.Request
	body requestBody
	text string
}

// newReplayableRequest returns a copy of r with the body that was checked.
func newReplayableRequest(r *http.Request, text string) *http.Request {
	p := &replayableRequest{r: *r, text: text}
	p.r.ContentLength = int64(len(text))
	p.r.TransferEncoding = nil
	if text == "" {
		p.r.Body, p.r.GetBody = http.NoBody, func() (io.ReadCloser, error) { return http.NoBody, nil }
		return &p.r
	}
	p.body.Reset(text)
	p.r.Body, p.r.GetBody = &p.body, p.getBody
	dropCoding(&p.r, text)
	return &p.r
}

func (p *replayableRequest) getBody() (io.ReadCloser, error) {
	b := new(requestBody)
	b.Reset(p.text)
	return b, nil
}

// A responseBody was read and checked. Its memory is charged until it is closed or
// read to its end, or nobody has it any more.
type responseBody struct {
	strings.Reader
	closer io.Closer
	charge *body.Charge
}

// setResponseBody gives resp the body that was read; its own is closed with it.
func setResponseBody(resp *http.Response, text string, charge *body.Charge) {
	b := &responseBody{closer: resp.Body, charge: charge}
	b.Reset(text)
	if text != "" {
		runtime.AddCleanup(b, (*body.Charge).End, charge)
	}
	resp.Body = b
}

func (b *responseBody) Read(p []byte) (int, error) {
	n, err := b.Reader.Read(p)
	if err != nil {
		b.charge.End()
	}
	return n, err
}

// WriteTo is strings.Reader's, and the end of the body.
func (b *responseBody) WriteTo(w io.Writer) (int64, error) {
	defer b.charge.End()
	return b.Reader.WriteTo(w)
}

// Close closes the body that was read.
func (b *responseBody) Close() error {
	b.charge.End()
	return b.closer.Close()
}

var (
	_ io.ReadCloser = (*requestBody)(nil)
	_ io.ReadCloser = (*responseBody)(nil)
	_ io.WriterTo   = (*responseBody)(nil)
)

// newTee returns a tee of a body that may never be closed.
func (v *Validator) newTee(src io.ReadCloser, length, limit int64) (*body.Tee, *body.Charge) {
	charge := v.budget.Charge()
	tee := body.NewTee(src, body.Buffer{Length: length, Limit: limit, Charge: charge})
	runtime.AddCleanup(tee, (*body.Charge).End, charge)
	return tee, charge
}

func closeBody(b io.Closer) {
	if b != nil {
		b.Close()
	}
}
