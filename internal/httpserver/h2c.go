package httpserver

import (
	"net/http"
	"strings"
)

// declineH2C removes the headers that ask for HTTP/2 without TLS. The response is
// then HTTP/1.1, which RFC 9110, 7.8 allows and which clients expect that ask in
// each request (Java's does). A proxy that forwarded the upgrade would open a
// connection to the upstream that is not validated.
func declineH2C(h http.Header) {
	h.Del("Http2-Settings")
	removeToken(h, "Connection", "http2-settings")
	if removeToken(h, "Upgrade", "h2c") && len(h["Upgrade"]) == 0 {
		removeToken(h, "Connection", "upgrade")
	}
}

// removeToken removes a token from a header's lists and reports whether it was
// there.
func removeToken(h http.Header, name, token string) (found bool) {
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
