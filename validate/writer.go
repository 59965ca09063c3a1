package validate

import (
	"bufio"
	"bytes"
	"maps"
	"net"
	"net/http"
	"strconv"
)

// A responseWriter holds what a handler writes until it is known to be good. It
// keeps the handler's headers apart from the connection's, so that those of a
// refused response do not show on the answer that takes its place.
type responseWriter struct {
	w http.ResponseWriter
	r *http.Request
	v *Validator
	f finding

	header http.Header // what the handler sets
	sent   http.Header // a copy of it, taken at WriteHeader
	status int         // 0: WriteHeader was not called
	state  writerState
	media  *media
	body   bytes.Buffer
}

type writerState int

const (
	undecided writerState = iota // nothing of the body is there yet
	holding                      // the body is collected, to be checked
	passing                      // the body goes through as it is written
	refusing                     // the response is bad, what still comes is dropped
	hijacked                     // the connection is the handler's
)

func newResponseWriter(w http.ResponseWriter, r *http.Request, v *Validator, op *operation) *responseWriter {
	return &responseWriter{
		w: w, r: r, v: v, f: finding{direction: Response, op: op},
		header: w.Header().Clone(),
	}
}

// Header returns the handler's own headers; once the response passes through,
// the connection's, so that trailers work.
func (rw *responseWriter) Header() http.Header {
	if rw.state == passing {
		return rw.w.Header()
	}
	if rw.header == nil {
		rw.header = http.Header{}
	}
	return rw.header
}

// WriteHeader notes the status and the headers; informational ones are sent.
func (rw *responseWriter) WriteHeader(status int) {
	if rw.status != 0 || rw.state == hijacked {
		return
	}
	if status >= 100 && status < 200 && status != http.StatusSwitchingProtocols {
		before := rw.w.Header().Clone()
		replaceHeader(rw.w.Header(), rw.header)
		rw.w.WriteHeader(status)
		replaceHeader(rw.w.Header(), before)
		return
	}
	rw.status = status
	if status == 0 { // net/http would panic; the check says what is wrong
		rw.status = -1
	}
	rw.sent = rw.Header().Clone()
}

func (rw *responseWriter) Write(p []byte) (int, error) {
	rw.decide(p)
	switch rw.state {
	case passing:
		return rw.w.Write(p)
	case hijacked:
		return 0, http.ErrHijacked
	case holding:
		if int64(rw.body.Len()+len(p)) > rw.v.maxResponse {
			rw.f.add(InBody, "", RuleBodyTooLarge, errTooLarge)
			rw.state, rw.body = refusing, bytes.Buffer{}
			return 0, errTooLarge
		}
		return rw.body.Write(p)
	default: // the handler need not know
		return len(p), nil
	}
}

// decide looks at the head of the response, once, when the first of the body is
// there or the handler has returned.
func (rw *responseWriter) decide(first []byte) {
	if rw.state != undecided {
		return
	}
	if rw.status == 0 {
		rw.WriteHeader(http.StatusOK)
	}
	if _, ok := rw.sent["Content-Type"]; !ok && len(first) > 0 { // as net/http would
		rw.sent.Set("Content-Type", http.DetectContentType(first))
	}
	rw.media = rw.f.checkHead(rw.r.Context(), rw.status, rw.sent, rw.bodyless())
	a := rw.f.op.answer(rw.status)
	switch {
	case len(rw.f.list) > 0:
		rw.state = refusing
	case rw.media == nil && !rw.bodyless() && len(a.content) > 0, rw.status == http.StatusSwitchingProtocols:
		rw.send()
		rw.state = passing
	default:
		rw.state = holding
	}
}

func (rw *responseWriter) bodyless() bool {
	return rw.r.Method == http.MethodHead || bodylessStatus(rw.status)
}

// send writes the head as the handler left it at WriteHeader.
func (rw *responseWriter) send() {
	replaceHeader(rw.w.Header(), rw.sent)
	rw.w.WriteHeader(rw.status)
}

// finish sends or refuses what was held. It runs when the handler has returned;
// after a panic nothing of the response has gone out.
func (rw *responseWriter) finish() {
	rw.decide(nil)
	if rw.state == holding {
		body := rw.body.Bytes()
		if rw.r.Method != http.MethodHead { // net/http drops its body
			rw.f.checkResponseBody(rw.r.Context(), rw.status, rw.sent, rw.media, body)
		}
		if len(rw.f.list) == 0 {
			if !rw.bodyless() {
				rw.sent.Set("Content-Length", strconv.Itoa(len(body)))
			}
			rw.send()
			rw.w.Write(body)
			return
		}
		rw.state = refusing
	}
	if rw.state == refusing {
		rw.v.refuse(rw.w, rw.r, rw.f.list)
	}
}

// FlushError sends what passes through; what is held stays held.
func (rw *responseWriter) FlushError() error {
	rw.decide(nil)
	if rw.state != passing {
		return nil
	}
	return http.NewResponseController(rw.w).Flush()
}

// Flush is FlushError for those who look for http.Flusher.
func (rw *responseWriter) Flush() { _ = rw.FlushError() }

// Hijack hands the connection to the handler; nothing is checked from then on.
func (rw *responseWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, buffered, err := http.NewResponseController(rw.w).Hijack()
	if err == nil {
		rw.state = hijacked
	}
	return conn, buffered, err
}

// Unwrap lets http.ResponseController reach the connection's deadlines.
func (rw *responseWriter) Unwrap() http.ResponseWriter { return rw.w }

func replaceHeader(h, with http.Header) {
	clear(h)
	maps.Copy(h, with)
}

// bodylessStatus tells whether a response of this status has no body.
func bodylessStatus(status int) bool {
	return status >= 100 && status < 200 || status == http.StatusNoContent || status == http.StatusNotModified
}
