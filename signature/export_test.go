package signature

import "net/http"

// Canonical returns the canonical request.
func Canonical(r *http.Request, signed []string, body []byte) (string, error) {
	payload := hashHex(body)
	b, err := appendCanonical(nil, r, signed, &payload)
	return string(b), err
}
