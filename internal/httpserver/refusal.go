package httpserver

import (
	"bytes"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
)

// logRefused logs a request that no handler sees, and returns its new id.
func (s *server) logRefused(remote string, status int) (id string) {
	id = accesslog.NewRequestID()
	s.Log.Info("request refused", "request_id", id, "status", status, "remote", remote)
	return id
}

// errorResponse returns the whole response to a request that no handler sees.
func (s *server) errorResponse(remote net.Addr, status int) []byte {
	id := s.logRefused(remote.String(), status)
	contentType, body := s.ErrorBody(status)
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	h := http.Header{
		"Connection":     {"close"},
		"Content-Length": {strconv.Itoa(len(body))},
		"Content-Type":   {contentType},
		"Date":           {time.Now().UTC().Format(http.TimeFormat)},
		"X-Request-Id":   {id},
	}
	_ = h.Write(&b) // a bytes.Buffer returns no error
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// statusOf returns the status of a response that net/http wrote.
func statusOf(response []byte) int {
	_, rest, _ := bytes.Cut(response, []byte(" "))
	status, err := strconv.Atoi(string(rest[:min(3, len(rest))]))
	if err != nil {
		return http.StatusBadRequest
	}
	return status
}

// refuse writes the error response to a request that net/http accepted, and closes
// the connection.
func (s *server) refuse(w http.ResponseWriter, r *http.Request, status int) {
	w.Header().Set("Connection", "close")
	w.Header().Set("X-Request-Id", s.logRefused(r.RemoteAddr, status))
	if s.ErrorBody == nil {
		http.Error(w, http.StatusText(status), status)
		return
	}
	contentType, body := s.ErrorBody(status)
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	w.Write(body)
}
