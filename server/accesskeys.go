package server

import (
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

type accessKey struct {
	credential
	secret        string
	securityToken *[sha256.Size]byte // its digest; nil: none is asked for
}

// unknownKey stands for every access key that there is not. What is verified
// with its empty secret takes as long as any, never matches, and is answered as
// a wrong secret is.
var unknownKey = &accessKey{}

// errUnknownKey does not say which: it may be a secret in the wrong place.
var errUnknownKey = errors.New("there is no such access key")

// bySignature verifies what r says of its signature. A signature that was seen
// before is as good as a new one: two equal kills in one second have the same.
func (c *credentials) bySignature(r *http.Request, signed *signature.Authorization, now time.Time) (*credential, error) {
	key, known := c.keys[signed.Access]
	if !known {
		key = unknownKey
	}
	from := lockKey{signed.Access, networkOf(r.RemoteAddr)}
	if wait := c.locks.left(from, now); wait > 0 {
		f := locked.with("", fmt.Errorf("the access key is %s's", key.name))
		f.retryAfter = int((wait + time.Second - 1) / time.Second)
		return nil, f
	}
	body, err := readBody(r)
	if err != nil {
		return nil, internal.with("", err)
	}
	err = signed.Verify(r, body, key.secret, now)
	switch {
	case err == nil && !key.takes(signed.SecurityToken):
		return nil, badSignature.with("X-Security-Token is missing, or is not the access key's", key.cause())
	case err == nil:
		c.locks.clear(from)
		return &key.credential, nil
	case errors.Is(err, signature.ErrSkew):
		return nil, clockSkew.with("The server's time is "+now.UTC().Format(time.RFC3339), key.cause())
	case errors.Is(err, signature.ErrMismatch) && known:
		c.locks.fail(from, now)
	}
	return nil, badSignature.with(err.Error(), key.cause())
}

// cause is what the log is told of a refusal, for the caller is not known.
func (k *accessKey) cause() error {
	if k == unknownKey {
		return errUnknownKey
	}
	return fmt.Errorf("the access key is %s's", k.name)
}

// takes compares the security token with the one that belongs to the key. It
// need not be signed, for Terraform's client does not: the digest binds it. A
// key without one is proven by its secret alone, and what comes beside is of no
// meaning.
func (k *accessKey) takes(securityToken string) bool {
	digest := sha256.Sum256([]byte(securityToken))
	return k.securityToken == nil || subtle.ConstantTimeCompare(digest[:], k.securityToken[:]) == 1
}

// readBody reads the body that validation holds for the handler too. Its cap is
// validation's.
func readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength <= 0 { // unknown
		return io.ReadAll(r.Body)
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}
