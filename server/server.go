// Package server speaks the DCS session-management API for a fleet of Redis
// and Valkey servers.
//
//	api, err := server.New(server.Options{Fleet: f, Auth: auth, Log: log, Audit: file})
//	err = server.Serve(ctx, listener, api, log)
//	err = api.Close(ctx)
//
// A caller sends a token or signs with an access key; a signature counts for the
// path's project alone, and may be repeated. What is validated against the
// contract, requests and responses, comes after that. Every answer
// carries X-Request-Id, and every error, on every path, is the API's one shape
// with the reference's codes. Every kill is recorded in the audit before it
// begins and when it is over.
//
// What was scanned, who was shown what, and jobs are kept in memory: a restart
// forgets them, and several servers of one fleet do not share them. It serves
// plain HTTP: TLS is for what stands in front of it.
package server

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"os"
	"sync"
	"sync/atomic"
	"time"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// maxBody holds 10,000 addresses of any form with ample white space.
const maxBody = 12 << 20 // bytes

// Options is what a server works with.
type Options struct {
	Fleet *fleet.Fleet // required
	Auth  Auth         // empty: everybody who reaches the listener may call
	Log   *slog.Logger // default slog.Default()

	// Audit takes a line of JSON before each kill or kill-all, without which
	// nothing is killed, and one after it. Lines of several callers may come in
	// one Write. Default os.Stderr; io.Discard is none.
	Audit io.Writer

	// BodyBudget is how many bytes the bodies of all calls may hold at one time.
	// Beyond it a call is answered 503. Default 256 MiB.
	BodyBudget int64

	// Getenv reads the variables that Auth names. Default os.Getenv.
	Getenv func(string) string
}

// An API is the handler of the whole API, to be mounted at "/".
type API struct {
	handler     http.Handler
	validator   *validate.Validator
	log         *slog.Logger
	getenv      func(string) string
	now         func() time.Time
	credentials atomic.Pointer[credentials]
	server      *Server
	closed      sync.Once
}

// A Server answers the API's calls.
type Server struct {
	fleet    *fleet.Fleet
	log      *slog.Logger
	audit    *auditor
	listings *listings
	scans    *scanJobs
	jobs     jobStore
	running  *running
}

// New returns an error for options that cannot be used.
func New(o Options) (*API, error) {
	if o.Fleet == nil {
		return nil, errors.New("server: Options.Fleet is missing")
	}
	o.Log = cmp.Or(o.Log, slog.Default())
	if o.Audit == nil {
		o.Audit = os.Stderr
	}
	s := newServer(o)
	a, err := serving(o, s)
	if err != nil {
		return nil, err
	}
	a.server = s
	return a, nil
}

func newServer(o Options) *Server {
	return &Server{
		fleet: o.Fleet, log: o.Log,
		audit:    &auditor{log: o.Log, w: o.Audit},
		listings: newListings(), scans: newScanJobs(), jobs: newMemoryJobs(maxJobs), running: newRunning(),
	}
}

// serving puts everything but the operations around them.
func serving(o Options, operations gen.StrictServerInterface) (*API, error) {
	a := &API{
		log:    o.Log,
		getenv: o.Getenv,
		now:    time.Now,
	}
	if a.getenv == nil {
		a.getenv = os.Getenv
	}
	if err := a.SetAuth(o.Auth); err != nil {
		return nil, err
	}
	var err error
	a.validator, err = validate.New(dcssessions.Contract(), validate.Options{
		BasePath:       "/",
		MaxRequestBody: maxBody,
		Bodies:         gen.RequestBodies(),
		Identify:       a.identify,
		Authenticate:   a.authenticate,
		BodyBudget:     o.BodyBudget,
		Refuse:         refuse,
	})
	if err != nil {
		return nil, err
	}
	handlers := gen.Operations(operations, gen.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  fail,
		ResponseErrorHandlerFunc: fail,
	})
	handlers["ListClients"] = listQuery(handlers["ListClients"])
	api, err := a.validator.Handler(handlers)
	if err != nil {
		return nil, err
	}
	a.handler = observe(a.log, a.localWithoutCredentials(api))
	return a, nil
}

// localWithoutCredentials refuses, as long as everybody may call, what a page in
// a browser on this machine may send for a stranger.
func (a *API) localWithoutCredentials(next http.Handler) http.Handler {
	local := httpserver.LoopbackOnly(next, func(w http.ResponseWriter, r *http.Request) {
		fail(w, r, notLocal.with("", nil))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.credentials.Load().empty() {
			local.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP answers one call.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Close ends the kill-alls that run and waits until their outcomes are recorded,
// or ctx ends. It is called when no more calls come, before the fleet is closed.
func (a *API) Close(ctx context.Context) error {
	defer a.closed.Do(a.server.listings.close)
	if err := a.server.running.close(ctx); err != nil {
		return fmt.Errorf("server: a kill-all has not ended: %w", err)
	}
	return nil
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
	accesslog.From(r.Context()).Err = f
	writeFailure(w, f)
}
