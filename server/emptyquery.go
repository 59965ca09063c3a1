package server

import (
	"net/http"
	"strings"
)

// withoutEmpty takes the query parameters without a value away before they are
// bound: official clients send one for each field that is not set. It comes
// after authentication, for a signature covers the query as it was sent.
func withoutEmpty(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if query := r.URL.RawQuery; query != "" {
			url := *r.URL
			url.RawQuery = dropEmpty(query)
			r.URL = &url
		}
		next.ServeHTTP(w, r)
	})
}

func dropEmpty(query string) string {
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		if _, value, _ := strings.Cut(pair, "="); value != "" {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&")
}
