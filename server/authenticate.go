package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/signature"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// credentials are the credentials of one Auth, with their secrets.
type credentials struct {
	tokens  []token
	keys    map[string]*accessKey // by id
	lockout *lockout
}

type credential struct {
	name     string
	projects []string
	actions  []string
}

type token struct {
	credential
	digest  [sha256.Size]byte
	expires time.Time // zero: never
}

type accessKey struct {
	credential
	secret        string
	securityToken *[sha256.Size]byte // digest; nil: the key needs no security token
}

func (c *credentials) empty() bool { return len(c.tokens) == 0 && len(c.keys) == 0 }

// identify authenticates as far as that is possible without the body, so that the
// body of an unknown caller is not read. It authenticates and authorizes a caller
// with a token. From a caller that signs it refuses what needs no body to be
// refused, and leaves the signature to authenticate. Without credentials everybody
// may call, as "anonymous". The error is a *failure.
func (a *API) identify(r *http.Request, op validate.Operation) (context.Context, error) {
	c := a.credentials.Load()
	if c.empty() {
		return withCaller(r, "anonymous"), nil
	}
	// A token counts whatever Authorization says, because that header may be meant
	// for a gateway in front. A signature does not make up for an invalid token.
	if token := r.Header.Get("X-Auth-Token"); token != "" {
		who, err := c.byToken(token)
		if err != nil {
			return nil, err
		}
		return withCaller(r, who.name), authorize(r, op, who)
	}
	signed, err := signature.Parse(r)
	switch {
	case errors.Is(err, signature.ErrMissing):
		return nil, noToken.with("", nil)
	case err != nil:
		return nil, badSignature.with(err.Error(), nil)
	}
	unverified, err := c.claim(r, signed)
	if err != nil {
		return nil, err
	}
	return context.WithValue(r.Context(), claimCtx{}, unverified), nil
}

// authenticate verifies the signature of a caller that identify left to it, and
// authorizes that caller. The error is a *failure.
func (a *API) authenticate(r *http.Request, op validate.Operation) (context.Context, error) {
	unverified, _ := r.Context().Value(claimCtx{}).(*claim)
	if unverified == nil {
		return r.Context(), nil
	}
	who, err := unverified.verify(r)
	if err != nil {
		return nil, err
	}
	return withCaller(r, who.name), authorize(r, op, who)
}

func (c *credentials) byToken(text string) (*credential, error) {
	t := c.find(sha256.Sum256([]byte(text)))
	switch {
	case t == nil:
		return nil, invalidToken.with("", nil)
	case !t.expires.IsZero() && !time.Now().Before(t.expires):
		return nil, expiredToken.with("", fmt.Errorf("the token belongs to %s", t.name))
	}
	return &t.credential, nil
}

// find compares the digest with that of every token, so that the time it takes
// reveals nothing about a token.
func (c *credentials) find(digest [sha256.Size]byte) *token {
	found := -1
	for i := range c.tokens {
		if subtle.ConstantTimeCompare(digest[:], c.tokens[i].digest[:]) == 1 {
			found = i
		}
	}
	if found < 0 {
		return nil
	}
	return &c.tokens[found]
}

// A claim is the unverified statement of a request that a known access key
// signed it.
type claim struct {
	*accessKey
	signed  *signature.Authorization
	lockout *lockout
	key     lockoutKey
}

type claimCtx struct{}

// maxLockedBody is the largest body that is read from a locked caller. It must
// not be 0, because a right signature ends the lockout.
const maxLockedBody = 64 << 10 // bytes

// claim refuses what needs no body to be refused. An unknown access key, a wrong
// secret and a locked access key get the same response, so that the response does
// not reveal which access keys exist. The error is a *failure.
func (c *credentials) claim(r *http.Request, signed *signature.Authorization) (*claim, error) {
	key, known := c.keys[signed.AccessKeyID]
	cause := errors.New("there is no such access key")
	if known {
		cause = key.owner()
	}
	now := time.Now()
	err := signed.Check(r, now)
	switch {
	case errors.Is(err, signature.ErrSkew):
		return nil, clockSkew.with("The server's time is "+now.UTC().Format(time.RFC3339), cause)
	case err != nil:
		return nil, badSignature.with(err.Error(), cause)
	case !known:
		return nil, mismatch(cause)
	}
	lockoutKey := lockoutKey{signed.AccessKeyID, networkOf(r.RemoteAddr)}
	if c.lockout.isLocked(lockoutKey) && (r.ContentLength < 0 || r.ContentLength > maxLockedBody) {
		return nil, mismatch(fmt.Errorf("%w; a large body is not read after %d wrong signatures in a row", cause, maxFailures))
	}
	return &claim{key, signed, c.lockout, lockoutKey}, nil
}

// verify returns the credential whose secret signed r. It accepts a signature
// again, because two equal kills in one second have the same signature. The error
// is a *failure.
func (c *claim) verify(r *http.Request) (*credential, error) {
	body, err := readBody(r)
	if err != nil {
		return nil, internal.with("", err)
	}
	err = c.signed.Verify(r, body, c.secret, time.Now())
	switch {
	case err == nil && !c.accepts(c.signed.SecurityToken):
		return nil, badSignature.with("X-Security-Token is missing, or is not the access key's", c.owner())
	case err == nil:
		c.lockout.clear(c.key)
		return &c.credential, nil
	case errors.Is(err, signature.ErrMismatch):
		c.lockout.fail(c.key)
	}
	return nil, mismatch(fmt.Errorf("%w: %w", c.owner(), err))
}

func mismatch(cause error) *failure {
	return badSignature.with(signature.ErrMismatch.Error(), cause)
}

// owner is for the log alone, because the caller has not proven to be the owner.
func (k *accessKey) owner() error { return fmt.Errorf("the access key belongs to %s", k.name) }

// accepts reports whether securityToken is the one that belongs to the key. The
// request need not sign it, because Terraform's client does not; the digest binds
// it to the key. A key without a security token ignores one.
func (k *accessKey) accepts(securityToken string) bool {
	digest := sha256.Sum256([]byte(securityToken))
	return k.securityToken == nil || subtle.ConstantTimeCompare(digest[:], k.securityToken[:]) == 1
}

// readBody reads the body, which validation has buffered and capped.
func readBody(r *http.Request) ([]byte, error) {
	if r.ContentLength <= 0 { // unknown
		return io.ReadAll(r.Body)
	}
	body := make([]byte, r.ContentLength)
	_, err := io.ReadFull(r.Body, body)
	return body, err
}

// callerKey is the log's name for the credential that called.
const callerKey = "caller"

// A caller is the name of the credential that called, and the remote address.
type caller struct{ name, remote string }

type callerCtx struct{}

// withCaller records the caller in the access log and in the context, where
// callerOf finds it.
func withCaller(r *http.Request, name string) context.Context {
	ctx := r.Context()
	accesslog.From(ctx).Set(callerKey, name)
	return context.WithValue(ctx, callerCtx{}, caller{name, r.RemoteAddr})
}

func callerOf(ctx context.Context) caller {
	who, _ := ctx.Value(callerCtx{}).(caller)
	return who
}
