package validate

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"strconv"
	"sync"
	"unsafe"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/check"
)

// A bufferedWriter buffers what a handler writes until it is known to be good. The
// handler sets the connection's own headers; if the response is refused they are
// restored, so that they do not show on the answer that takes its place.
type bufferedWriter struct {
	w http.ResponseWriter
	r *http.Request
	x *exchange

	status int // 0: WriteHeader was not called
	state  writerState
	check  check.Response
	buffer *responseBuffer // nil when the response is over
}

var (
	_ http.ResponseWriter = (*bufferedWriter)(nil)
	_ http.Flusher        = (*bufferedWriter)(nil)
	_ http.Hijacker       = (*bufferedWriter)(nil)
)

var errOver = errors.New("validate: the handler has returned")

type writerState int

const (
	undecided writerState = iota // nothing of the body is there yet
	buffering                    // the body is collected, to be checked
	passing                      // the body goes through as it is written
	refusing                     // the response is bad, and what still comes is dropped
	hijacked                     // the connection is the handler's
	over                         // the response was sent or refused
)

// A responseBuffer is what a response needs while it is buffered. Nobody but the
// bufferedWriter has it, so it is used again.
type responseBuffer struct {
	before headerSnapshot // the connection's header when the handler began
	sent   headerSnapshot // the handler's, at WriteHeader
	body   body.Buffer
}

var responseBuffers = sync.Pool{New: func() any { return new(responseBuffer) }}

func (bw *bufferedWriter) begin(w http.ResponseWriter, r *http.Request, x *exchange) {
	bw.w, bw.r, bw.x = w, r, x
	bw.buffer = responseBuffers.Get().(*responseBuffer)
	b := &bw.buffer.body
	b.Limit, b.Length, b.Charge = x.v.options.MaxResponseBody, -1, &x.charge
	bw.buffer.before.save(w.Header())
}

// end restores the headers if the handler panicked before its response was sent: it
// leaves no trace.
func (bw *bufferedWriter) end() {
	if bw.state < passing || bw.state == refusing {
		bw.buffer.before.restore(bw.w.Header())
	}
	bw.state = over
	bw.buffer.before.reset()
	bw.buffer.sent.reset()
	bw.buffer.body.Reset() // the exchange ends the charge
	responseBuffers.Put(bw.buffer)
	bw.buffer = nil
}

// Header returns the connection's headers.
func (bw *bufferedWriter) Header() http.Header { return bw.w.Header() }

// WriteHeader saves the status and the headers. It sends informational ones.
func (bw *bufferedWriter) WriteHeader(status int) {
	switch {
	case bw.status != 0 || bw.state >= hijacked:
		return
	case isInformational(status):
		bw.w.WriteHeader(status)
		return
	case status == 0: // net/http would panic; the check says what is wrong
		status = -1
	}
	bw.status = status
	bw.buffer.sent.save(bw.w.Header())
}

func (bw *bufferedWriter) Write(p []byte) (int, error) {
	bw.decide(p)
	switch bw.state {
	case passing:
		return bw.w.Write(p)
	case hijacked:
		return 0, http.ErrHijacked
	case over:
		return 0, errOver
	case buffering:
		if err := bw.buffer.body.Write(p); err != nil {
			bw.check.CheckBody(bw.r.Context(), check.Body{Err: err}, &bw.x.charge)
			bw.state = refusing
			bw.buffer.body.Drop()
			return 0, err
		}
		return len(p), nil
	default: // the handler need not know
		return len(p), nil
	}
}

// decide checks the head of the response, once: when the first of the body is there
// or the handler has returned.
func (bw *bufferedWriter) decide(first []byte) {
	if bw.state != undecided {
		return
	}
	if bw.status == 0 {
		bw.WriteHeader(http.StatusOK)
	}
	h := bw.w.Header()
	bw.buffer.sent.restore(h)
	if sniffType(h, first) {
		bw.buffer.sent.save(h)
	}
	use := bw.check.CheckHead(bw.r.Context(), bw.x.op.Operation, check.ResponseHead{
		Method: bw.r.Method, RequestHeader: bw.r.Header, Status: bw.status, Header: h,
	})
	switch use {
	case check.Drop:
		bw.state = refusing
	case check.Pass:
		bw.w.WriteHeader(bw.status)
		bw.state = passing
	default:
		bw.state = buffering
	}
}

// finish sends or refuses the response when the handler has returned. After a panic
// nothing of it has been sent.
func (bw *bufferedWriter) finish() {
	h := bw.w.Header()
	if bw.state == buffering {
		bw.buffer.sent.restore(h)
	}
	bw.decide(nil)
	if bw.state == buffering {
		text := bw.check.CheckBody(bw.r.Context(), check.Body{Text: bw.buffer.body.Text()}, &bw.x.charge)
		if len(bw.check.Violations.List) == 0 {
			bw.send(h, text)
			return
		}
		bw.state = refusing
	}
	if bw.state == refusing {
		bw.buffer.before.restore(h)
		bw.state = over
		vs := bw.x.op.violations(Response, bw.r.Method, bw.check.Violations.List)
		bw.x.v.record(bw.r, vs)
		bw.x.v.refuse(bw.w, bw.r, vs)
	}
}

func (bw *bufferedWriter) send(h http.Header, text string) {
	if bw.check.HasBody() { // a status without a body, as 204, has no length
		delete(h, "Content-Encoding") // what was checked is decoded
		h["Content-Length"] = []string{strconv.Itoa(len(text))}
	}
	bw.state = over
	bw.w.WriteHeader(bw.status)
	if text == "" {
		return
	}
	if _, err := bw.w.Write(bytesOf(text)); err != nil {
		bw.buffer.body.Detach() // HTTP/2 may still be about to send it
	}
}

// FlushError sends what passes through. What is buffered stays buffered.
func (bw *bufferedWriter) FlushError() error {
	bw.decide(nil)
	if bw.state != passing {
		return nil
	}
	return http.NewResponseController(bw.w).Flush()
}

// Flush is FlushError for those who look for http.Flusher.
func (bw *bufferedWriter) Flush() { _ = bw.FlushError() }

// Hijack hands the connection to the handler. Nothing is checked from then on.
func (bw *bufferedWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(bw.w).Hijack()
	if err == nil {
		bw.state = hijacked
	}
	return conn, buffered, err
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (bw *bufferedWriter) Unwrap() http.ResponseWriter { return bw.w }

// isInformational reports whether a status comes before the response's own.
func isInformational(status int) bool {
	return status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
}

// sniffType sets the Content-Type that net/http would set, and reports whether it
// did.
func sniffType(h http.Header, first []byte) bool {
	_, ok := h["Content-Type"]
	if ok || len(first) == 0 {
		return false
	}
	h.Set("Content-Type", http.DetectContentType(first))
	return true
}

// bytesOf returns the text's bytes without a copy. They must not be changed.
func bytesOf(text string) []byte { return unsafe.Slice(unsafe.StringData(text), len(text)) }
