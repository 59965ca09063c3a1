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
	copied   buffer
	lost     error // errTooLarge or errBudget: copied is not all
	hijacked bool
}

func newObservingWriter(w http.ResponseWriter, r *http.Request, c *call) *observingWriter {
	f := c.v.finding(Response, c.op, r.Method, &c.charge)
	f.observed = true
	return &observingWriter{w: w, r: r, f: f, copied: buffer{length: -1, limit: c.v.maxResponse, charge: &c.charge}}
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
	if ow.lost == nil && !ow.streams {
		if ow.lost = ow.copied.write(p); ow.lost != nil {
			ow.copied.drop()
		}
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
	case ow.lost != nil:
		ow.f.add(InBody, "", bodyRule(ow.lost), ow.lost)
	default:
		ow.f.checkResponseBody(ow.r.Context(), hd, m, ow.copied.text())
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
