package client

import (
	"net/http"
	"slices"
	"time"

	"github.com/dcs-sessions/dcs-sessions/signature"
)

// Credentials say who calls. Those of this package can be printed and logged:
// no secret shows.
type Credentials interface {
	// Authorize sets headers on r, a request that is about to be sent with
	// body, and changes nothing else of it; it does not read r.Body. It is
	// called for each attempt, with the time, and concurrently. It may take its
	// time, as long as r's context allows. An error ends the call.
	//
	// What it sets, X-Sdk-Date apart, is taken for secret: where an answer
	// quotes it, it is blotted out.
	Authorize(r *http.Request, body []byte, now time.Time) error
}

// authorize is each of the Credentials here. It is a function so that the
// secrets are out of reach of fmt, log/slog and reflect, also in the field of
// another's struct.
type authorize func(r *http.Request, body []byte, now time.Time) error

func (a authorize) Authorize(r *http.Request, body []byte, now time.Time) error {
	return a(r, body, now)
}

// String names them, without more.
func (a authorize) String() string { return "client.Credentials" }

// MarshalText is for a log that is JSON.
func (a authorize) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// Token sends token as X-Auth-Token.
func Token(token string) Credentials {
	return authorize(func(r *http.Request, _ []byte, _ time.Time) error {
		r.Header.Set("X-Auth-Token", token)
		return nil
	})
}

// AccessKey signs with key, which may be a temporary one, with a security token.
// The project's id is signed too, as X-Project-Id.
func AccessKey(key signature.Key) Credentials {
	return authorize(func(r *http.Request, body []byte, now time.Time) error {
		return signature.Sign(r, body, key, now)
	})
}

// secretsOf returns the values of what was set on a request to authorize it.
func secretsOf(authorized http.Header) []string {
	var secrets []string
	for name, values := range authorized {
		if !slices.Contains(headers[:], name) && name != "X-Sdk-Date" {
			secrets = append(secrets, values...)
		}
	}
	return secrets
}
