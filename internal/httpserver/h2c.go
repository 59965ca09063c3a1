package httpserver

import (
	"net/http"
	"strings"
)

// declineH2C takes out of a request what asks for HTTP/2 without TLS. It is then
// answered in HTTP/1.1, as RFC 9110, 7.8 allows and as clients expect that ask in
// each request (Java's); behind a proxy it would open a connection to the
// upstream that nothing looks into.
func declineH2C(h http.Header) {
	h.Del("Http2-Settings")
	without(h, "Connection", "http2-settings")
	if without(h, "Upgrade", "h2c") && len(h["Upgrade"]) == 0 {
		without(h, "Connection", "upgrade")
	}
}

// without takes a token out of a header's lists, and reports whether it was
// there.
func without(h http.Header, name, token string) (found bool) {
	var kept []string
	for _, value := range h[name] {
		for part := range strings.SplitSeq(value, ",") {
			part = strings.TrimSpace(part)
			if strings.EqualFold(part, token) {
				found = true
			} else if part != "" {
				kept = append(kept, part)
			}
		}
	}
	if !found {
		return false
	}
	if len(kept) == 0 {
		delete(h, name)
	} else {
		h[name] = []string{strings.Join(kept, ", ")}
	}
	return true
}
