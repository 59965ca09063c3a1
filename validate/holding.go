package validate

import (
	"bufio"
	"errors"
	"net"
	"net/http"
	"strconv"
	"unsafe"
)

// A holdingWriter holds what a handler writes until it is known to be good. The
// handler sets the connection's own headers; those of a refused response are
// taken back, so that they do not show on the answer that takes its place.
type holdingWriter struct {
	w http.ResponseWriter
	r *http.Request
	c *call

	status int // 0: WriteHeader was not called
	state  writerState
	media  *media
	f      *finding // nil where nothing was doubted
	hold   *hold    // nil when the response is over
}

var errOver = errors.New("validate: the handler has returned")

type writerState int

const (
	undecided writerState = iota // nothing of the body is there yet
	holding                      // the body is collected, to be checked
	passing                      // the body goes through as it is written
	refusing                     // the response is bad, what still comes is dropped
	hijacked                     // the connection is the handler's
	over                         // the response was sent or refused
)

func (hw *holdingWriter) begin(w http.ResponseWriter, r *http.Request, c *call) {
	hw.w, hw.r, hw.c = w, r, c
	hw.hold = holds.Get().(*hold)
	hw.hold.begin(c.v.maxResponse, &c.charge)
	hw.hold.before.take(w.Header())
}

// end takes back the headers of a handler that panicked before its response was
// sent: it leaves no trace.
func (hw *holdingWriter) end() {
	if hw.state < passing || hw.state == refusing {
		hw.hold.before.restore(hw.w.Header())
	}
	hw.state = over
	hw.hold.release()
	hw.hold = nil
}

// Header returns the connection's headers.
func (hw *holdingWriter) Header() http.Header { return hw.w.Header() }

// WriteHeader notes the status and the headers; informational ones are sent.
func (hw *holdingWriter) WriteHeader(status int) {
	switch {
	case hw.status != 0 || hw.state >= hijacked:
		return
	case isInformational(status):
		hw.w.WriteHeader(status)
		return
	case status == 0: // net/http would panic; the check says what is wrong
		status = -1
	}
	hw.status = status
	hw.hold.sent.take(hw.w.Header())
}

func (hw *holdingWriter) Write(p []byte) (int, error) {
	hw.decide(p)
	switch hw.state {
	case passing:
		return hw.w.Write(p)
	case hijacked:
		return 0, http.ErrHijacked
	case over:
		return 0, errOver
	case holding:
		if err := hw.hold.body.write(p); err != nil {
			hw.finding().add(InBody, "", bodyRule(err), err)
			hw.state = refusing
			hw.hold.body.data = nil
			return 0, err
		}
		return len(p), nil
	default: // the handler need not know
		return len(p), nil
	}
}

// decide looks at the head of the response, once, when the first of the body is
// there or the handler has returned.
func (hw *holdingWriter) decide(first []byte) {
	if hw.state != undecided {
		return
	}
	if hw.status == 0 {
		hw.WriteHeader(http.StatusOK)
	}
	h := hw.w.Header()
	hw.hold.sent.restore(h)
	if sniffType(h, first) {
		hw.hold.sent.take(h)
	}
	m, streams, ok := hw.c.op.acceptsHead(hw.head())
	if !ok {
		m, streams = hw.finding().checkHead(hw.r.Context(), hw.r, hw.head())
	}
	hw.media = m
	switch {
	case m == nil && hw.found():
		hw.state = refusing
	case streams:
		hw.w.WriteHeader(hw.status)
		hw.state = passing
	default:
		hw.state = holding
	}
}

func (hw *holdingWriter) head() head {
	return newHead(hw.r.Method, hw.status, hw.w.Header())
}

func (hw *holdingWriter) finding() *finding {
	if hw.f == nil {
		hw.f = hw.c.v.finding(Response, hw.c.op, hw.r.Method, &hw.c.charge)
	}
	return hw.f
}

func (hw *holdingWriter) found() bool { return len(hw.f.violations()) > 0 }

// finish sends or refuses what was held. It runs when the handler has returned;
// after a panic nothing of the response has gone out.
func (hw *holdingWriter) finish() {
	h := hw.w.Header()
	if hw.state == holding {
		hw.hold.sent.restore(h)
	}
	hw.decide(nil)
	if hw.state == holding {
		body := hw.check(hw.hold.body.data)
		if !hw.found() {
			if hw.media != nil { // as for the status 204, there is none without one
				delete(h, "Content-Encoding") // what was checked is plain
				h["Content-Length"] = []string{strconv.Itoa(len(body))}
			}
			hw.state = over
			hw.w.WriteHeader(hw.status)
			if len(body) > 0 {
				if _, err := hw.w.Write(body); err != nil {
					hw.hold.body.data = nil // HTTP/2 may still be about to send it
				}
			}
			return
		}
		hw.state = refusing
	}
	if hw.state == refusing {
		hw.hold.before.restore(h)
		hw.state = over
		hw.c.v.note(hw.r, hw.f.list)
		hw.c.v.answer(hw.w, hw.r, hw.f.list)
	}
}

// check looks at the body and returns it without its content coding.
func (hw *holdingWriter) check(body []byte) []byte {
	if hw.r.Method == http.MethodHead { // net/http drops its body
		return body
	}
	doubted := false
	switch {
	case hw.media == nil && len(body) == 0:
		return body
	case hw.media != nil && len(hw.w.Header()["Content-Encoding"]) == 0:
		if hw.media.program.JSON(body) {
			return body
		}
		doubted = true
	}
	f := hw.finding()
	f.doubted = doubted
	text := unsafe.String(unsafe.SliceData(body), len(body)) // it is written no more
	if plain := f.checkResponseBody(hw.r.Context(), hw.head(), hw.media, text); len(hw.w.Header()["Content-Encoding"]) > 0 {
		return []byte(plain)
	}
	return body
}

// FlushError sends what passes through; what is held stays held.
func (hw *holdingWriter) FlushError() error {
	hw.decide(nil)
	if hw.state != passing {
		return nil
	}
	return http.NewResponseController(hw.w).Flush()
}

// Flush is FlushError for those who look for http.Flusher.
func (hw *holdingWriter) Flush() { _ = hw.FlushError() }

// Hijack hands the connection to the handler; nothing is checked from then on.
func (hw *holdingWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(hw.w).Hijack()
	if err == nil {
		hw.state = hijacked
	}
	return conn, buffered, err
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (hw *holdingWriter) Unwrap() http.ResponseWriter { return hw.w }

// isInformational tells of a status that comes before the response's own.
func isInformational(status int) bool {
	return status >= 100 && status < 200 && status != http.StatusSwitchingProtocols
}

// sniffType sets the Content-Type that net/http would, and tells whether it did.
func sniffType(h http.Header, first []byte) bool {
	_, ok := h["Content-Type"]
	if ok || len(first) == 0 {
		return false
	}
	h.Set("Content-Type", http.DetectContentType(first))
	return true
}

// cloned is http.Header.Clone, but never nil.
func cloned(h http.Header) http.Header {
	if h == nil {
		return http.Header{}
	}
	return h.Clone()
}
