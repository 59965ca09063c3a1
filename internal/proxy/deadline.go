package proxy

import (
	"net/http"
	"time"
)

// A deadlineWriter lets a response take as long as it likes, because a stream has
// no end, but gives the caller only a limited time to take each part. It is not
// made by httpsnoop, for the reason that package accesslog gives.
type deadlineWriter struct {
	http.ResponseWriter
	connection *http.ResponseController
	timeout    time.Duration
}

var (
	_ http.ResponseWriter                       = (*deadlineWriter)(nil)
	_ interface{ FlushError() error }           = (*deadlineWriter)(nil)
	_ interface{ Unwrap() http.ResponseWriter } = (*deadlineWriter)(nil)
)

func newDeadlineWriter(w http.ResponseWriter, timeout time.Duration) *deadlineWriter {
	return &deadlineWriter{ResponseWriter: w, connection: http.NewResponseController(w), timeout: timeout}
}

func (w *deadlineWriter) Write(p []byte) (int, error) {
	w.set()
	defer w.clear() // HTTP/2 resets a stream at its deadline even if nothing is written then
	return w.ResponseWriter.Write(p)
}

// FlushError is called by [http.ResponseController].
func (w *deadlineWriter) FlushError() error {
	w.set()
	defer w.clear()
	return w.connection.Flush()
}

// Unwrap lets [http.ResponseController] reach the connection.
func (w *deadlineWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// end sets the deadline for what net/http sends after the handler has returned.
func (w *deadlineWriter) end() { w.set() }

// The connections that support no deadline are those of a test and those that
// were hijacked, so errors are ignored.
func (w *deadlineWriter) set()   { _ = w.connection.SetWriteDeadline(time.Now().Add(w.timeout)) }
func (w *deadlineWriter) clear() { _ = w.connection.SetWriteDeadline(time.Time{}) }
