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
	"net"
	"net/http"
	"net/netip"
	"os"
	"sync"
	"sync/atomic"
	"time"

	dcssessions "github.com/dcs-sessions/dcs-sessions"
	"github.com/dcs-sessions/dcs-sessions/fleet"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
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
	credentials atomic.Pointer[credentials]
	server      *Server
	closed      sync.Once
}

// A Server answers the API's calls.
type Server struct {
	fleet    *fleet.Fleet
	log      *slog.Logger
	audit    *auditWriter
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
		audit:    &auditWriter{log: o.Log, w: o.Audit},
		listings: newListings(), scans: newScanJobs(), jobs: newMemoryJobs(maxJobs), running: newRunning(),
	}
}

// serving puts everything but the operations around them.
func serving(o Options, operations strictserver.StrictServerInterface) (*API, error) {
	a := &API{
		log:    o.Log,
		getenv: o.Getenv,
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
		BodyTypes:      strictserver.RequestBodies(),
		Identify:       a.identify,
		Authenticate:   a.authenticate,
		BodyBudget:     o.BodyBudget,
		Refuse:         refuse,
	})
	if err != nil {
		return nil, err
	}
	handlers := strictserver.Operations(operations, strictserver.StrictHTTPServerOptions{
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

// How long the end of a server takes from the signal on, whatever hangs: ten
// seconds at most, the operator's own patience and that of service managers.
const (
	killGrace = 6 * time.Second // for kills under way; then they are cut off and say so
	callGrace = 7 * time.Second // for all calls under way; then their connections are closed
	jobGrace  = 2 * time.Second // more, for kill-alls, which are stopped at the signal
)

// ServeOptions is what Serve needs to know of the network.
type ServeOptions struct {
	// TrustedProxies are the networks of the proxies in front, whose
	// X-Forwarded-For and PROXY protocol headers say who calls. Those of others
	// are not looked at.
	TrustedProxies []netip.Prefix
}

// ServeOptions returns those of the configuration.
func (c *Config) ServeOptions() ServeOptions { return ServeOptions{TrustedProxies: c.trusted} }

// Serve answers on ln until ctx ends. Then it takes no new calls, stops the
// kill-alls, lets the calls under way finish and closes the API. It returns nil,
// or an error where it had to cut something off, within ten seconds of ctx's end.
// It closes ln.
func (a *API) Serve(ctx context.Context, ln net.Listener, o ServeOptions) error {
	running := a.server.running
	stop := context.AfterFunc(ctx, func() {
		running.halt()
		time.AfterFunc(killGrace, func() { running.cutOff(errStopped) })
	})
	defer stop()
	err := httpserver.Run(ctx, ln, a, httpserver.Options{
		ReadTimeout:    30 * time.Second,
		WriteTimeout:   30*time.Second + nodeTime, // it runs from the end of the header on
		Grace:          callGrace,
		TrustedProxies: o.TrustedProxies,
		ErrorBody:      refusal,
		Log:            a.log,
	})
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobGrace)
	defer cancel()
	return errors.Join(err, a.Close(end))
}

// observe gives each request its id, which every answer carries, writes its
// line in the log, and answers for a handler that panics.
func observe(log *slog.Logger, next http.Handler) http.Handler {
	return accesslog.Handler(accesslog.Options{
		Log:     log,
		Attrs:   []slog.Attr{slog.String(callerKey, "")},
		OnPanic: func(w http.ResponseWriter, r *http.Request) { fail(w, r, internal.with("", nil)) },
	}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", accesslog.From(r.Context()).RequestID)
		next.ServeHTTP(w, r)
	}))
}
