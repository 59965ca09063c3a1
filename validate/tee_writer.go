package validate

import (
	"bufio"
	"net"
	"net/http"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/check"
)

// A teeWriter lets a response pass as it is written, and keeps a copy of it, up to
// the limit, that is checked when the handler has returned.
type teeWriter struct {
	w http.ResponseWriter
	r *http.Request
	x *exchange

	status     int
	sent       http.Header // a copy, taken when the head was sent
	check      check.Response
	isDecided  bool // the head is checked
	use        check.BodyUse
	copy       body.Buffer
	lost       error // body.ErrTooLarge or body.ErrBudget: copy is not the whole body
	isHijacked bool
}

var (
	_ http.ResponseWriter = (*teeWriter)(nil)
	_ http.Flusher        = (*teeWriter)(nil)
	_ http.Hijacker       = (*teeWriter)(nil)
)

func newTeeWriter(w http.ResponseWriter, r *http.Request, x *exchange) *teeWriter {
	return &teeWriter{w: w, r: r, x: x, copy: body.Buffer{Length: -1, Limit: x.v.options.MaxResponseBody, Charge: &x.charge}}
}

func (tw *teeWriter) Header() http.Header { return tw.w.Header() }

func (tw *teeWriter) WriteHeader(status int) {
	if tw.status == 0 && !isInformational(status) {
		tw.status, tw.sent = status, cloned(tw.w.Header())
	}
	tw.w.WriteHeader(status)
}

func (tw *teeWriter) Write(p []byte) (int, error) {
	tw.implyHeader()
	if len(p) > 0 {
		tw.decide(p)
	}
	if tw.lost == nil && tw.use == check.Read && !tw.isHead() {
		if tw.lost = tw.copy.Write(p); tw.lost != nil {
			tw.copy.Drop()
		}
	}
	return tw.w.Write(p)
}

// implyHeader saves the head that net/http makes if WriteHeader was not called.
func (tw *teeWriter) implyHeader() {
	if tw.status == 0 {
		tw.status, tw.sent = http.StatusOK, cloned(tw.w.Header())
	}
}

// decide checks the head of the response, once: when the first of the body is there
// or the handler has returned.
func (tw *teeWriter) decide(first []byte) {
	if tw.isDecided {
		return
	}
	tw.isDecided = true
	sniffType(tw.sent, first)
	tw.use = tw.check.CheckHead(tw.r.Context(), tw.x.op.Operation, check.ResponseHead{
		Method: tw.r.Method, RequestHeader: tw.r.Header, Status: tw.status, Header: tw.sent, Observed: true,
	})
}

func (tw *teeWriter) isHead() bool { return tw.r.Method == http.MethodHead }

// finish checks what has passed.
func (tw *teeWriter) finish() {
	if tw.isHijacked {
		return
	}
	tw.implyHeader()
	tw.decide(nil)
	if tw.use == check.Read {
		tw.check.CheckBody(tw.r.Context(), check.Body{Text: tw.copy.Text(), Err: tw.lost}, &tw.x.charge)
	}
	if vs := tw.x.op.violations(Response, tw.r.Method, tw.check.Violations.List); vs != nil {
		tw.x.v.record(tw.r, vs)
	}
}

// FlushError flushes the connection.
func (tw *teeWriter) FlushError() error {
	tw.implyHeader()
	return http.NewResponseController(tw.w).Flush()
}

// Flush is FlushError for those who look for http.Flusher.
func (tw *teeWriter) Flush() { _ = tw.FlushError() }

// Hijack hands the connection to the handler. Nothing is checked from then on.
func (tw *teeWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(tw.w).Hijack()
	tw.isHijacked = tw.isHijacked || err == nil
	return conn, buffered, err
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (tw *teeWriter) Unwrap() http.ResponseWriter { return tw.w }

// cloned is http.Header.Clone, but never nil.
func cloned(h http.Header) http.Header {
	if h == nil {
		return http.Header{}
	}
	return h.Clone()
}
