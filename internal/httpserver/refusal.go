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

// refused logs a request that no handler sees, and returns its id.
func (e *edge) refused(remote string, status int) (id string) {
	id = accesslog.NewRequestID()
	e.Log.Info("request refused", "request_id", id, "status", status, "remote", remote)
	return id
}

// refusal returns the whole response to such a request.
func (e *edge) refusal(remote net.Addr, status int) []byte {
	id := e.refused(remote.String(), status)
	contentType, body := e.Refusal(status)
	var b bytes.Buffer
	fmt.Fprintf(&b, "HTTP/1.1 %d %s\r\n", status, http.StatusText(status))
	h := http.Header{
		"Connection":     {"close"},
		"Content-Length": {strconv.Itoa(len(body))},
		"Content-Type":   {contentType},
		"Date":           {time.Now().UTC().Format(http.TimeFormat)},
		"X-Request-Id":   {id},
	}
	_ = h.Write(&b) // a buffer takes all
	b.WriteString("\r\n")
	b.Write(body)
	return b.Bytes()
}

// statusOf returns the status of a response that net/http writes.
func statusOf(response []byte) int {
	_, rest, _ := bytes.Cut(response, []byte(" "))
	status, err := strconv.Atoi(string(rest[:min(3, len(rest))]))
	if err != nil {
		return http.StatusBadRequest
	}
	return status
}

// answer refuses a request that net/http has taken, and closes the connection.
func (e *edge) answer(w http.ResponseWriter, r *http.Request, status int) {
	w.Header().Set("Connection", "close")
	w.Header().Set("X-Request-Id", e.refused(r.RemoteAddr, status))
	if e.Refusal == nil {
		http.Error(w, http.StatusText(status), status)
		return
	}
	contentType, body := e.Refusal(status)
	w.Header().Set("Content-Type", contentType)
	w.WriteHeader(status)
	w.Write(body)
}
