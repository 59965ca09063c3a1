package client

import (
	"net/http"
	"time"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// Credentials say who calls. Those of this package can be printed and logged:
// no secret shows.
type Credentials interface {
	// Authorize sets headers on r, a request that is about to be sent with
	// body, and changes nothing else of it; it does not read r.Body. The client
	// calls it for each attempt, with the time, and concurrently. It may take as
	// long as r's context allows. An error ends the method.
	//
	// The values that it sets, except for X-Sdk-Date, are secret: where a
	// response quotes one, the client writes *** instead.
	Authorize(r *http.Request, body []byte, now time.Time) error
}

// authorize is the type of the Credentials of this package. It is a function so
// that fmt, log/slog and reflect cannot reach the secrets, also in a field of
// another struct.
type authorize func(r *http.Request, body []byte, now time.Time) error

func (a authorize) Authorize(r *http.Request, body []byte, now time.Time) error {
	return a(r, body, now)
}

// String returns a name without a secret.
func (a authorize) String() string { return "client.Credentials" }

// MarshalText returns the same for a log in JSON.
func (a authorize) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Token sends token as X-Auth-Token.
func Token(token string) Credentials {
	return authorize(func(r *http.Request, _ []byte, _ time.Time) error {
		r.Header.Set("X-Auth-Token", token)
		return nil
	})
}

// AccessKey signs with key, which may be a temporary one with a security token.
// The signature also covers the project's id, as X-Project-Id.
func AccessKey(key signature.Key) Credentials {
	return authorize(func(r *http.Request, body []byte, now time.Time) error {
		return signature.Sign(r, body, key, now)
	})
}
