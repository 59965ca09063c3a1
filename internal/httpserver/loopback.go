package httpserver

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// LoopbackOnly protects a server on a loopback address from pages in a browser on
// the same machine. It calls refuse for a request whose Host is not localhost or
// a loopback address (DNS rebinding), whose Origin is not on loopback, or which
// the browser marks as cross-site. All other requests go to next.
func LoopbackOnly(next http.Handler, refuse http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !allowsOrigin(r) {
			refuse(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func allowsOrigin(r *http.Request) bool {
	if !isLoopback(r.Host) {
		return false
	}
	for _, origin := range r.Header["Origin"] {
		u, err := url.Parse(origin)
		if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.User != nil || !isLoopback(u.Host) {
			return false
		}
	}
	for _, site := range r.Header["Sec-Fetch-Site"] {
		if strings.EqualFold(site, "cross-site") {
			return false
		}
	}
	return true
}

// isLoopback reports whether a host, with or without a port, is localhost or a
// loopback address.
func isLoopback(host string) bool {
	name := host
	if at := strings.LastIndexByte(host, ':'); at > strings.LastIndexByte(host, ']') {
		name = host[:at]
		if strings.Trim(host[at+1:], "0123456789") != "" {
			return false
		}
	}
	if strings.EqualFold(strings.TrimSuffix(name, "."), "localhost") {
		return true
	}
	bare, bracketed := strings.CutPrefix(name, "[")
	if bracketed {
		if bare, bracketed = strings.CutSuffix(bare, "]"); !bracketed {
			return false
		}
	} else {
		bare = strings.TrimSuffix(bare, ".")
	}
	addr, err := netip.ParseAddr(bare)
	return err == nil && addr.Is6() == bracketed && addr.Unmap().IsLoopback()
}
