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

// A claim is a request that says it was signed with a known access key. Nothing
// of it is verified yet.
type claim struct {
	*accessKey
	signed *signature.Authorization
	locks  *locks
	from   lockKey
}

type claimCtx struct{}

// maxLocked is the largest body that is read of a caller whose signatures were
// wrong too often. The right signature ends the lock.
const maxLocked = 64 << 10 // bytes

// claim refuses what needs no body to be refused. An unknown access key, a wrong
// secret and a locked access key are answered alike, so that the answer does not
// tell which access keys there are. The error is a *failure.
func (c *credentials) claim(r *http.Request, signed *signature.Authorization, now time.Time) (*claim, error) {
	key, known := c.keys[signed.AccessKeyID]
	cause := errors.New("there is no such access key")
	if known {
		cause = key.cause()
	}
	err := signed.Check(r, now)
	switch {
	case errors.Is(err, signature.ErrSkew):
		return nil, clockSkew.with("The server's time is "+now.UTC().Format(time.RFC3339), cause)
	case err != nil:
		return nil, badSignature.with(err.Error(), cause)
	case !known:
		return nil, mismatch(cause)
	}
	from := lockKey{signed.AccessKeyID, networkOf(r.RemoteAddr)}
	if c.locks.locked(from, now) && (r.ContentLength < 0 || r.ContentLength > maxLocked) {
		return nil, mismatch(fmt.Errorf("%w, and its signatures were wrong %d times in a row: a large body is not read", cause, maxFailures))
	}
	return &claim{key, signed, c.locks, from}, nil
}

// verify returns the credential whose secret signed r. A signature that was seen
// before is as good as a new one: two equal kills in one second have the same.
// The error is a *failure.
func (c *claim) verify(r *http.Request, now time.Time) (*credential, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, internal.with("", err)
	}
	err = c.signed.Verify(r, body, c.secret, now)
	switch {
	case err == nil && !c.takes(c.signed.SecurityToken):
		return nil, badSignature.with("X-Security-Token is missing, or is not the access key's", c.cause())
	case err == nil:
		c.locks.clear(c.from)
		return &c.credential, nil
	case errors.Is(err, signature.ErrMismatch):
		c.locks.fail(c.from, now)
	}
	return nil, mismatch(fmt.Errorf("%w: %w", c.cause(), err))
}

func mismatch(cause error) *failure {
	return badSignature.with(signature.ErrMismatch.Error(), cause)
}

// cause is for the log alone, because the caller is not known.
func (k *accessKey) cause() error { return fmt.Errorf("the access key is %s's", k.name) }

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
