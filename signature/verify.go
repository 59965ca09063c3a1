package signature

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"net/http"
	"time"
)

// MaxSkew is how far X-Sdk-Date may be from the server's time, either way.
const MaxSkew = 15 * time.Minute

// Check returns what is wrong with the signature whatever the secret and the body
// are, or nil: an error that wraps ErrSkew, ErrPayload (X-Sdk-Content-Sha256 is
// no SHA-256), ErrHeaderMissing or ErrAmbiguous. It needs no body, so that a
// server can refuse a request before it reads it.
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

// Verify returns nil if r was signed with secret, is as it was signed in every
// part that a covers, and is not too old. r is the request that a was parsed
// from, body its whole body as it was received.
//
// It returns an error that wraps ErrSkew, ErrPayload, ErrHeaderMissing,
// ErrAmbiguous or ErrMismatch. An empty secret never matches and takes as long
// as another: verify with one where the access key is unknown, and the answer
// does not tell which access keys there are.
func (a *Authorization) Verify(r *http.Request, body []byte, secret string, now time.Time) error {
	if now.Sub(a.Date).Abs() > MaxSkew {
		return ErrSkew
	}
	payload := hashHex(body)
	if declared := r.Header[headerPayload]; len(declared) > 1 || len(declared) == 1 && declared[0] != string(payload[:]) {
		return ErrPayload
	}
	sum, err := a.compute(r, &payload, secret)
	if err != nil {
		return err
	}
	if subtle.ConstantTimeCompare(sum[:], []byte(a.signature)) != 1 || secret == "" {
		return ErrMismatch
	}
	return nil
}

// compute returns the signature of r under a, in hex. It does not look at a's own.
func (a *Authorization) compute(r *http.Request, payload *[64]byte, secret string) (sum [64]byte, err error) {
	var stack [1024]byte // enough for most
	request, err := appendCanonical(stack[:0], r, a.SignedHeaders, payload)
	if err != nil {
		return sum, err
	}
	canonical := sha256.Sum256(request)

	b := append(append(make([]byte, 0, 160), a.Algorithm...), '\n')
	b = append(append(b, a.date...), '\n')
	key := []byte(secret)
	if a.Algorithm == AlgorithmV11 {
		scope := a.scope()
		b = append(append(b, scope...), '\n')
		if key, err = deriveKey(a.AccessKeyID, secret, scope); err != nil {
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
