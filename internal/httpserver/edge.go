package httpserver

import (
	"crypto/tls"
	"net/http"
)

// An edge is what the connections of one listener share.
type edge struct {
	Options
	tls       *tls.Config // nil: plain HTTP
	lingering *lingering
}

func newEdge(o Options) *edge {
	e := &edge{Options: o, lingering: newLingering()}
	if o.TLS != nil {
		e.tls = o.TLS.Clone()
		if e.tls.NextProtos == nil {
			e.tls.NextProtos = []string{"h2", "http/1.1"}
		}
	}
	return e
}

// handler puts in front of next what must be done before any handler sees a
// request.
func (e *edge) handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if c := connOf(r); c != nil && c.begin(r) {
			w.Header().Set("Connection", "close")
		}
		if r.Method == "PRI" { // HTTP/2 without TLS, by prior knowledge
			e.answer(w, r, http.StatusHTTPVersionNotSupported)
			return
		}
		declineH2C(r.Header)
		r.RemoteAddr = e.remote(r)
		next.ServeHTTP(w, r)
	})
}
