package validate

import (
	"bufio"
	"bytes"
	"maps"
	"net"
	"net/http"
	"strconv"
)

// A holdingWriter holds what a handler writes until it is known to be good. It
// keeps the handler's headers apart from the connection's, so that those of a
// refused response do not show on the answer that takes its place.
type holdingWriter struct {
	w http.ResponseWriter
	r *http.Request
	f *finding

	header http.Header // what the handler sets
	sent   http.Header // a copy of it, taken at WriteHeader
	status int         // 0: WriteHeader was not called
	state  writerState
	head   head
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

func newHoldingWriter(w http.ResponseWriter, r *http.Request, v *Validator, op *operation) *holdingWriter {
	return &holdingWriter{w: w, r: r, f: v.finding(Response, op, r.Method), header: cloned(w.Header())}
}

// Header returns the handler's own headers; once the response passes through,
// the connection's, so that trailers work.
func (hw *holdingWriter) Header() http.Header {
	if hw.state == passing {
		return hw.w.Header()
	}
	return hw.header
}

// WriteHeader notes the status and the headers; informational ones are sent.
func (hw *holdingWriter) WriteHeader(status int) {
	if hw.status != 0 || hw.state == hijacked {
		return
	}
	if isInformational(status) {
		before := cloned(hw.w.Header())
		replaceHeader(hw.w.Header(), hw.header)
		hw.w.WriteHeader(status)
		replaceHeader(hw.w.Header(), before)
		return
	}
	hw.status = status
	if status == 0 { // net/http would panic; the check says what is wrong
		hw.status = -1
	}
	hw.sent = cloned(hw.header)
}

func (hw *holdingWriter) Write(p []byte) (int, error) {
	hw.decide(p)
	switch hw.state {
	case passing:
		return hw.w.Write(p)
	case hijacked:
		return 0, http.ErrHijacked
	case holding:
		if int64(hw.body.Len()+len(p)) > hw.f.v.maxResponse {
			hw.f.add(InBody, "", RuleBodyTooLarge, errTooLarge)
			hw.state, hw.body = refusing, bytes.Buffer{}
			return 0, errTooLarge
		}
		return hw.body.Write(p)
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
	sniffType(hw.sent, first)
	hw.head = newHead(hw.r.Method, hw.status, hw.sent)
	var streams bool
	hw.media, streams = hw.f.checkHead(hw.r.Context(), hw.r, hw.head)
	switch {
	case hw.media == nil && len(hw.f.list) > 0:
		hw.state = refusing
	case streams:
		hw.send()
		hw.state = passing
	default:
		hw.state = holding
	}
}

// send writes the head as the handler left it at WriteHeader.
func (hw *holdingWriter) send() {
	replaceHeader(hw.w.Header(), hw.sent)
	hw.w.WriteHeader(hw.status)
}

// finish sends or refuses what was held. It runs when the handler has returned;
// after a panic nothing of the response has gone out.
func (hw *holdingWriter) finish() {
	hw.decide(nil)
	if hw.state == holding {
		body := hw.body.Bytes()
		if hw.r.Method != http.MethodHead { // net/http drops its body
			body = hw.f.checkResponseBody(hw.r.Context(), hw.head, hw.media, body)
		}
		if len(hw.f.list) == 0 {
			if hw.media != nil { // as for the status 204, there is none without one
				hw.sent.Del("Content-Encoding") // what was checked is plain
				hw.sent.Set("Content-Length", strconv.Itoa(len(body)))
			}
			hw.send()
			hw.w.Write(body)
			return
		}
		hw.state = refusing
	}
	if hw.state == refusing {
		hw.f.v.note(hw.r, hw.f.list)
		hw.f.v.answer(hw.w, hw.r, hw.f.list)
	}
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

// sniffType sets the Content-Type that net/http would.
func sniffType(h http.Header, first []byte) {
	if _, ok := h["Content-Type"]; !ok && len(first) > 0 {
		h.Set("Content-Type", http.DetectContentType(first))
	}
}

func replaceHeader(h, with http.Header) {
	clear(h)
	maps.Copy(h, with)
}

// cloned is http.Header.Clone, but never nil.
func cloned(h http.Header) http.Header {
	if h == nil {
		return http.Header{}
	}
	return h.Clone()
}
