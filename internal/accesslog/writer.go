package accesslog

import (
	"bufio"
	"net"
	"net/http"
)

// A statusWriter keeps in its call the status that was sent.
type statusWriter struct {
	http.ResponseWriter
	entry *Entry
}

func (w *statusWriter) WriteHeader(status int) {
	if status >= 200 && w.entry.Status == 0 {
		w.entry.Status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.entry.Status == 0 {
		w.entry.Status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Hijack gives the connection away: who takes it writes the 101 there.
func (w *statusWriter) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	conn, rw, err := http.NewResponseController(w.ResponseWriter).Hijack()
	if err == nil && w.entry.Status == 0 {
		w.entry.Status = http.StatusSwitchingProtocols
	}
	return conn, rw, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
