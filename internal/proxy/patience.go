package proxy

import (
	"net/http"
	"time"
)

// A patientWriter lets a response take as long as it likes (a stream has no
// end), but waits no longer than timeout for the caller to take the next part.
type patientWriter struct {
	http.ResponseWriter
	connection *http.ResponseController
	timeout    time.Duration
}

func newPatientWriter(w http.ResponseWriter, timeout time.Duration) *patientWriter {
	return &patientWriter{ResponseWriter: w, connection: http.NewResponseController(w), timeout: timeout}
}

func (w *patientWriter) Write(p []byte) (int, error) {
	w.set()
	defer w.clear() // HTTP/2 ends a stream at its deadline, written to or not
	return w.ResponseWriter.Write(p)
}

// FlushError is what http.ResponseController calls.
func (w *patientWriter) FlushError() error {
	w.set()
	defer w.clear()
	return w.connection.Flush()
}

// Unwrap lets http.ResponseController reach the connection.
func (w *patientWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// end is for what net/http still has to send when the handler is done.
func (w *patientWriter) end() { w.set() }

// A connection that takes no deadline is a test's, or was given away.
func (w *patientWriter) set()   { _ = w.connection.SetWriteDeadline(time.Now().Add(w.timeout)) }
func (w *patientWriter) clear() { _ = w.connection.SetWriteDeadline(time.Time{}) }
