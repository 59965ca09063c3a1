package server

import (
	"context"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/fleet"
)

// An authenticator knows the credentials.
type authenticator struct{ credentials []credential }

type credential struct {
	name     string
	digest   [sha256.Size]byte
	projects []string
}

func newAuthenticator(tokens []Token) (*authenticator, error) {
	a := &authenticator{}
	for _, t := range tokens {
		c := credential{name: t.Name, projects: t.Projects}
		digest, err := hex.DecodeString(t.SHA256)
		if err != nil || len(digest) != sha256.Size {
			return nil, fmt.Errorf("server: token %q: not a SHA-256", t.Name)
		}
		c.digest = [sha256.Size]byte(digest)
		a.credentials = append(a.credentials, c)
	}
	return a, nil
}

// authenticate finds out who calls, and whether the path's project is theirs.
// Without credentials everybody may, as "anonymous": the listener is then on
// loopback. The error is a *failure.
func (a *authenticator) authenticate(r *http.Request) (context.Context, error) {
	if len(a.credentials) == 0 {
		return withCaller(r.Context(), "anonymous"), nil
	}
	token := r.Header.Get("X-Auth-Token")
	if token == "" {
		if scheme, _, _ := strings.Cut(r.Header.Get("Authorization"), " "); scheme != "" {
			return nil, unknownSignature.with("This server takes X-Auth-Token, no signatures.", nil)
		}
		return nil, noToken.with("", nil)
	}
	who := a.find(token)
	if who == nil {
		return nil, invalidToken.with("", nil)
	}
	ctx := withCaller(r.Context(), who.name)
	// the path's project counts; a header that names one is only a claim. What
	// is no id at all goes on to validation, which says so.
	project := r.PathValue("project_id")
	if fleet.IsID(project) && !slices.Contains(who.projects, "*") && !slices.Contains(who.projects, project) {
		return nil, otherProject.with("", fmt.Errorf("%s may not touch project %s", who.name, project))
	}
	return ctx, nil
}

// find compares digests, each of them, so that the time tells nothing about a
// token.
func (a *authenticator) find(token string) *credential {
	digest := sha256.Sum256([]byte(token))
	found := -1
	for i := range a.credentials {
		if subtle.ConstantTimeCompare(digest[:], a.credentials[i].digest[:]) == 1 {
			found = i
		}
	}
	if found < 0 {
		return nil
	}
	return &a.credentials[found]
}
