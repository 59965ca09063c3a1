// Package server speaks the DCS session-management API for a fleet of Redis
// and Valkey servers.
//
//	handler, err := server.New(server.Options{Fleet: f, Tokens: tokens, Log: log})
//	err = server.Serve(ctx, listener, handler, log)
//
// Requests and responses are validated against the contract. Every answer
// carries X-Request-Id, and every error, on every path, is the API's one shape
// with the reference's codes. It serves plain HTTP: TLS is for what stands in
// front of it.
package server

import (
	"errors"
	"log/slog"
	"net/http"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/access"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// maxBody holds 10,000 addresses of any form with ample white space.
const maxBody = 12 << 20 // bytes

// Options is what a server works with.
type Options struct {
	Fleet  *fleet.Fleet // required
	Tokens []Token      // empty: whoever reaches the listener may call
	Log    *slog.Logger // default slog.Default()
}

// A Server answers the API's calls.
type Server struct {
	fleet *fleet.Fleet
	log   *slog.Logger
}

// New returns the API as a handler, to be mounted at "/". It returns an error
// for options that cannot be used.
func New(o Options) (http.Handler, error) {
	if o.Fleet == nil {
		return nil, errors.New("server: Options.Fleet is missing")
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	auth, err := newAuthenticator(o.Tokens)
	if err != nil {
		return nil, err
	}
	v, err := validate.New(dcssessions.Contract(), validate.Options{
		BasePath:       "/",
		MaxRequestBody: maxBody,
		Authenticate:   auth.authenticate,
		Refuse:         refuse,
	})
	if err != nil {
		return nil, err
	}
	strict := gen.NewStrictHandlerWithOptions(&Server{fleet: o.Fleet, log: o.Log}, nil, gen.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  fail,
		ResponseErrorHandlerFunc: fail,
	})
	api := gen.HandlerWithOptions(strict, gen.StdHTTPServerOptions{ErrorHandlerFunc: fail})
	return observe(o.Log, v.Middleware(api)), nil
}

// refuse answers a call that validation or authentication stopped.
func refuse(w http.ResponseWriter, r *http.Request, vs validate.Violations) {
	var f *failure
	if !errors.As(vs, &f) {
		f = failureOf(vs)
	}
	fail(w, r, f)
}

// fail is the one way out for every error.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	var f *failure
	if !errors.As(err, &f) {
		f = internal.with("", err)
	}
	access.Of(r.Context()).Err = f
	writeFailure(w, f)
}
