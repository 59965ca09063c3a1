package httpserver

import (
	"net/http"
	"net/netip"
	"net/url"
	"strings"
)

// LocalOnly lets through what a program on this machine sends to an address on
// loopback, and calls refuse for what a page in a browser may have sent: a
// request whose Host is not localhost or a loopback address (DNS rebinding), one
// with an Origin that is not on loopback, or one that the browser calls
// cross-site.
func LocalOnly(next http.Handler, refuse http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if !isLocal(r) {
			refuse(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

func isLocal(r *http.Request) bool {
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
