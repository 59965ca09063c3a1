package httpserver

import (
	"crypto/tls"
	"net/http"
)

// A server is what the connections of one listener share.
type server struct {
	Options
	tls       *tls.Config // nil: plain HTTP
	lingering *lingerer
}

func newServer(o Options) *server {
	s := &server{Options: o, lingering: newLingerer()}
	if o.TLS != nil {
		s.tls = o.TLS.Clone()
		if s.tls.NextProtos == nil {
			s.tls.NextProtos = []string{"h2", "http/1.1"}
		}
	}
	return s
}

// handler returns next behind what must happen before a handler sees a request.
func (s *server) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c := connOf(r); c != nil && c.begin(r) {
			w.Header().Set("Connection", "close")
		}
		if r.Method == "PRI" { // HTTP/2 without TLS, with prior knowledge (RFC 9113, 3.3)
			s.refuse(w, r, http.StatusHTTPVersionNotSupported)
			return
		}
		declineH2C(r.Header)
		r.RemoteAddr = s.remote(r)
		next.ServeHTTP(w, r)
	})
}
