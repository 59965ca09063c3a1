package validate

import (
	"bufio"
	"net"
	"net/http"
)

// An observingWriter lets a response pass as it is written, and keeps a copy of
// it, up to the cap, to be looked at when the handler has returned.
type observingWriter struct {
	w http.ResponseWriter
	r *http.Request
	f *finding

	status   int
	sent     http.Header // a copy, taken when the head went out
	begun    bool        // the first of the body is there
	streams  bool        // the body is of no interest
	copied   []byte
	over     bool // there was more than the cap
	hijacked bool
}

func newObservingWriter(w http.ResponseWriter, r *http.Request, v *Validator, op *operation) *observingWriter {
	return &observingWriter{w: w, r: r, f: v.finding(Response, op, r.Method)}
}

func (ow *observingWriter) Header() http.Header { return ow.w.Header() }

func (ow *observingWriter) WriteHeader(status int) {
	if ow.status == 0 && !isInformational(status) {
		ow.status, ow.sent = status, cloned(ow.w.Header())
	}
	ow.w.WriteHeader(status)
}

func (ow *observingWriter) Write(p []byte) (int, error) {
	ow.begin(p)
	switch {
	case ow.over, ow.streams:
	case int64(len(ow.copied)+len(p)) > ow.f.v.maxResponse:
		ow.over, ow.copied = true, nil
	default:
		ow.copied = append(ow.copied, p...)
	}
	return ow.w.Write(p)
}

// begin notes the head that net/http makes where WriteHeader was not called, and
// with the first of the body whether the rest is to be kept.
func (ow *observingWriter) begin(first []byte) {
	if ow.status == 0 {
		ow.status, ow.sent = http.StatusOK, cloned(ow.w.Header())
	}
	if ow.begun || len(first) == 0 {
		return
	}
	ow.begun = true
	sniffType(ow.sent, first)
	a := ow.f.op.answer(ow.status)
	if a == nil {
		ow.streams = true
		return
	}
	m := ow.f.op.mediaOf(a.content, a.usual, ow.sent)
	ow.streams = m != nil && !m.checked()
}

// finish looks at what has passed.
func (ow *observingWriter) finish() {
	if ow.hijacked {
		return
	}
	ow.begin(nil)
	hd := newHead(ow.r.Method, ow.status, ow.sent)
	m, streams := ow.f.checkHead(ow.r.Context(), ow.r, hd)
	switch {
	case streams, ow.r.Method == http.MethodHead, len(ow.f.list) > 0 && m == nil:
	case ow.over:
		ow.f.add(InBody, "", RuleBodyTooLarge, errTooLarge)
	default:
		ow.f.checkResponseBody(ow.r.Context(), hd, m, ow.copied)
	}
	if len(ow.f.list) > 0 {
		ow.f.v.note(ow.r, ow.f.list)
	}
}

// FlushError flushes the connection.
func (ow *observingWriter) FlushError() error {
	ow.begin(nil)
	return http.NewResponseController(ow.w).Flush()
}

// Flush is FlushError for those who look for http.Flusher.
func (ow *observingWriter) Flush() { _ = ow.FlushError() }

// Hijack hands the connection to the handler; nothing is looked at from then on.
func (ow *observingWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(ow.w).Hijack()
	ow.hijacked = ow.hijacked || err == nil
	return conn, buffered, err
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (ow *observingWriter) Unwrap() http.ResponseWriter { return ow.w }
