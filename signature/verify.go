package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"time"
)

// MaxSkew is how much X-Sdk-Date may differ from the server's time, in either
// direction.
const MaxSkew = 15 * time.Minute

// Check returns the errors of [Authorization.Verify] that depend on neither the
// secret key nor the body, so that a server can refuse a request before it reads
// the body. They wrap [ErrSkew], [ErrPayload] (X-Sdk-Content-Sha256 is no SHA-256),
// [ErrHeaderMissing] or [ErrAmbiguous].
func (a *Authorization) Check(r *http.Request, now time.Time) error {
	if now.Sub(a.Date).Abs() > MaxSkew {
		return ErrSkew
	}
	if declared := r.Header[headerPayload]; len(declared) > 1 || len(declared) == 1 && (len(declared[0]) != 64 || !lowerHex.all(declared[0])) {
		return ErrPayload
	}
	_, err := a.compute(r, &[64]byte{}, "")
	return err
}

// Verify returns nil if r was signed with secretKey within [MaxSkew] of now, and no
// part that a covers was changed. r is the request that a was parsed from, and body
// its complete body as received.
//
// Its errors wrap [ErrSkew], [ErrPayload], [ErrHeaderMissing], [ErrAmbiguous] or
// [ErrMismatch]. An empty secretKey never matches, and takes as long as any other:
// use it for unknown access keys, so that the response does not show which access
// keys exist.
func (a *Authorization) Verify(r *http.Request, body []byte, secretKey string, now time.Time) error {
	if now.Sub(a.Date).Abs() > MaxSkew {
		return ErrSkew
	}
	payload := hashHex(body)
	if declared := r.Header[headerPayload]; len(declared) > 1 || len(declared) == 1 && declared[0] != string(payload[:]) {
		return ErrPayload
	}
	sum, err := a.compute(r, &payload, secretKey)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(sum[:], []byte(a.signature)) != 1 || secretKey == "" {
		return ErrMismatch
	}
	return nil
}

// compute returns the signature that r should have, in hex.
func (a *Authorization) compute(r *http.Request, payload *[64]byte, secretKey string) (sum [64]byte, err error) {
	var stack [1024]byte // enough for most requests
	request, err := appendCanonical(stack[:0], r, a.SignedHeaders, payload)
	if err != nil {
		return sum, err
	}
	canonical := sha256.Sum256(request)

	b := append(append(make([]byte, 0, 160), a.Algorithm...), '\n')
	b = append(append(b, a.date...), '\n')
	key := []byte(secretKey)
	if a.Algorithm == AlgorithmV11 {
		scope := a.scope()
		b = append(append(b, scope...), '\n')
		if key, err = deriveKey(a.AccessKeyID, secretKey, scope); err != nil {
			return sum, err
		}
	}
	b = hex.AppendEncode(b, canonical[:])

	mac := hmac.New(sha256.New, key)
	mac.Write(b)
	hex.Encode(sum[:], mac.Sum(b[:0]))
	return sum, nil
}

func hashHex(body []byte) (digits [64]byte) {
	sum := sha256.Sum256(body)
	hex.Encode(digits[:], sum[:])
	return digits
}
