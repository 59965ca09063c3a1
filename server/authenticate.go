package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/signature"
)

// What a credential may be allowed to do, by the names of the service's IAM.
const (
	ActionList = "dcs:clients:list"
	ActionKill = "dcs:clients:kill"
)

// actionsOf tells what an operation's caller must be allowed, one of these. An
// operation that is not here is allowed to nobody. A job is shown to those who may
// begin one.
var actionsOf = map[string][]string{
	"ScanClients":          {ActionList},
	"ListClients":          {ActionList},
	"ShowNodesInformation": {ActionList},
	"HangUpClients":        {ActionKill},
	"HangUpKillAllClients": {ActionKill},
	"ShowJobInfo":          {ActionList, ActionKill},
}

// credentials are those of one Auth, with their secrets.
type credentials struct {
	tokens []token
	keys   map[string]*accessKey // by their ids
	locks  *locks
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

func (c *credentials) empty() bool { return len(c.tokens) == 0 && len(c.keys) == 0 }

// identify finds out who calls as far as that can be known without the body, and
// refuses all others: a token says who calls, and an access key is known or not.
// A caller with a token is then checked for what it may do; of one that signs,
// authenticate verifies the signature once the body is read. Without credentials
// everybody may, as "anonymous". The error is a *failure.
func (a *API) identify(r *http.Request) (context.Context, error) {
	c := a.credentials.Load()
	if c.empty() {
		return withCaller(r, "anonymous"), nil
	}
	// A token is a whole credential, whatever Authorization says: that may be
	// meant for a gateway in front. A token that is refused is not made up for by
	// a signature.
	if token := r.Header.Get("X-Auth-Token"); token != "" {
		who, err := c.byToken(token, a.now())
		if err != nil {
			return nil, err
		}
		return withCaller(r, who.name), who.allowed(r.PathValue("project_id"), actionsOf[a.validator.OperationID(r)])
	}
	signed, err := signature.Parse(r)
	switch {
	case errors.Is(err, signature.ErrMissing):
		return nil, noToken.with("", nil)
	case err != nil:
		return nil, badSignature.with(err.Error(), nil)
	}
	claimed, err := c.claim(r, signed, a.now())
	if err != nil {
		return nil, err
	}
	return context.WithValue(r.Context(), claimCtx{}, claimed), nil
}

// authenticate verifies the signature of a caller that identify left to it, and
// checks what that caller may do. The error is a *failure.
func (a *API) authenticate(r *http.Request) (context.Context, error) {
	claimed, _ := r.Context().Value(claimCtx{}).(*claim)
	if claimed == nil {
		return r.Context(), nil
	}
	who, err := claimed.verify(r, a.now())
	if err != nil {
		return nil, err
	}
	return withCaller(r, who.name), who.allowed(r.PathValue("project_id"), actionsOf[a.validator.OperationID(r)])
}

func (c *credentials) byToken(text string, now time.Time) (*credential, error) {
	t := c.find(sha256.Sum256([]byte(text)))
	switch {
	case t == nil:
		return nil, invalidToken.with("", nil)
	case !t.expires.IsZero() && !now.Before(t.expires):
		return nil, expiredToken.with("", fmt.Errorf("the token is %s's", t.name))
	}
	return &t.credential, nil
}

// find compares with each token's digest, so that the time tells nothing about
// a token.
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

// allowed returns a *failure unless the credential may do this. The path's
// project counts; X-Project-Id, which clients do not even sign, is only a claim.
// What is no id at all goes on to validation, which says so.
func (c *credential) allowed(project string, actions []string) error {
	if fleet.IsID(project) && !slices.Contains(c.projects, "*") && !slices.Contains(c.projects, project) {
		return otherProject.with("", fmt.Errorf("%s may not touch project %s", c.name, project))
	}
	if !slices.ContainsFunc(actions, func(a string) bool { return slices.Contains(c.actions, a) }) {
		f := notAllowed.with("", fmt.Errorf("%s may only %v", c.name, c.actions))
		f.message = fmt.Sprintf(f.message, strings.Join(actions, " or "))
		return f
	}
	return nil
}

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
