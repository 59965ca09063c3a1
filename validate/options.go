package validate

import (
	"cmp"
	"context"
	"errors"
	"net/http"
)

// Limits of the bodies that are read, if Options gives none.
const (
	DefaultMaxRequestBody  = 1 << 20  // bytes
	DefaultMaxResponseBody = 16 << 20 // bytes
)

// DefaultBodyBudget is Options.BodyBudget if it gives none.
const DefaultBodyBudget = 256 << 20 // bytes

// Options adjusts a Validator. The zero value is safe.
type Options struct {
	// BasePath stands before the contract's paths in every URL, for a server
	// that is mounted below "/". Default: the paths of the contract's servers, or
	// of those that a path or an operation has of its own.
	BasePath string

	// Request and Response are the modes to begin with. Default: Enforce.
	Request, Response Mode

	// MaxRequestBody and MaxResponseBody limit the bodies that are read, in
	// bytes. Default: DefaultMaxRequestBody and DefaultMaxResponseBody. A body
	// of a media type that is not checked is passed on unread and unlimited.
	MaxRequestBody  int64
	MaxResponseBody int64

	// BodyBudget limits the memory, in bytes, of the bodies that are held at one
	// time, requests and responses together. It is used as bytes arrive, whatever
	// length is declared. A request beyond it is refused with RuleBodyBudget, 503
	// and Retry-After, and so is the message whose response is beyond it, under
	// Transport too. In mode Observe such a message passes unchecked, with that
	// violation. Default: DefaultBodyBudget.
	BodyBudget int64

	// DecodeGzip checks bodies of Content-Encoding gzip by what they contain, up
	// to the same limits. In mode Enforce the decoded body is passed on, because
	// what is passed on is what was checked. Default: a coded body violates
	// RuleContentEncoding.
	DecodeGzip bool

	// ExposeDetails shows the caller of a default refusal what the log gets: texts
	// that may quote the schema.
	ExposeDetails bool

	// Engine says what finds that a message is good. Default: EngineCompiled.
	Engine Engine

	// BodyTypes makes a new value (a pointer) for an operation's JSON body to be
	// bound to while it is checked; the keys are Handler's. Middleware's handler
	// gets it by Bound. It is what encoding/json would bind, and its strings share
	// the body's memory. Default: nothing is bound.
	BodyTypes map[string]func() any

	// Identify is asked by Middleware and Handler in every mode, before the body is
	// read, for each operation that has a security requirement: who calls, as far
	// as the head of the request says. r.PathValue returns the decoded path values,
	// and r.Body is empty. What follows has the context that Identify returns. An
	// error is a violation of RuleSecurity with status 401 that wraps it; it is
	// enforced in every mode, and leaves the body unread. Default: nobody is asked.
	Identify func(r *http.Request, op Operation) (context.Context, error)

	// Authenticate is asked by Middleware and Handler in every mode, after
	// Identify, when the body is read (a signature may cover it) and nothing is
	// checked yet, for each operation that has a security requirement. r.PathValue
	// returns the decoded path values, and r.Body may be read. The handler has the
	// context that Authenticate returns. An error is a violation of RuleSecurity
	// with status 401 that wraps it, and is enforced in every mode. Default: every
	// caller passes, and authentication is left to others.
	Authenticate func(r *http.Request, op Operation) (context.Context, error)

	// Routed is called when a request's operation is known, before anything else
	// is done with the request. It is not called for requests of no operation.
	Routed func(r *http.Request, op Operation)

	// Report gets what was found in a message, in Enforce and in Observe; vs is
	// never empty. It is called when the message passes: under Transport, in
	// Observe, by the goroutine that sends the request's body, perhaps after the
	// response.
	Report func(r *http.Request, vs Violations)

	// Refuse answers a request that Middleware or ErrorHandler does not let
	// through, in either direction; vs is never empty, and vs[0].Status is the
	// status that fits. Allow is already set if the method is not allowed. Default:
	// RFC 9457 problem details that quote neither the schema nor a value.
	Refuse func(w http.ResponseWriter, r *http.Request, vs Violations)
}

// An Engine finds that messages are good. The verdicts of all are the same.
type Engine int

// The engines.
const (
	EngineCompiled  Engine = iota // checks that are compiled from the contract, and the reference for what they leave open
	EngineReference               // the reference alone, which judges value by value
)

// withDefaults returns the options with the defaults filled in.
func (o Options) withDefaults() (Options, error) {
	if o.MaxRequestBody < 0 || o.MaxResponseBody < 0 {
		return o, errors.New("Options.MaxRequestBody or MaxResponseBody is negative")
	}
	if o.BodyBudget < 0 {
		return o, errors.New("Options.BodyBudget is negative")
	}
	o.MaxRequestBody = cmp.Or(o.MaxRequestBody, DefaultMaxRequestBody)
	o.MaxResponseBody = cmp.Or(o.MaxResponseBody, DefaultMaxResponseBody)
	o.BodyBudget = cmp.Or(o.BodyBudget, DefaultBodyBudget)
	if o.Refuse == nil {
		o.Refuse = problemDetails{expose: o.ExposeDetails}.refuse
	}
	return o, nil
}
