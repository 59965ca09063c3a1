package accesslog

import (
	"crypto/rand"
	"encoding/hex"
	"net/http"
)

// requestID returns the caller's request id if it is safe to log, and a new one
// otherwise.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); IsRequestID(id) {
		return id
	}
	return NewRequestID()
}

// IsRequestID reports whether an id from outside is safe to log: 1 to 64 of
// A-Z a-z 0-9 . _ -
func IsRequestID(id string) bool {
	for i := range len(id) {
		c := id[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-') {
			return false
		}
	}
	return 1 <= len(id) && len(id) <= 64
}

// NewRequestID returns a random id of 32 hexadecimal digits.
func NewRequestID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
