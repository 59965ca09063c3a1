// Package server implements the DCS session-management API for a fleet of Redis and
// Valkey servers.
//
//	config, err := server.LoadConfig("dcs.yaml", os.Getenv)
//	nodes, err := config.OpenFleet(log)
//	api, err := server.New(server.Options{Fleet: nodes, Auth: config.Auth, Log: log})
//	err = api.Serve(ctx, listener, config.ServeOptions())
//	err = nodes.Close()
//
// An [API] is also an [http.Handler], for use with a server of your own.
//
// A request passes authentication and then validation against the contract. A caller
// sends a token or signs with an access key. A signature is valid for the project in
// the path alone, and may be repeated. Responses are validated too. Every response
// carries X-Request-Id, and every error response, on every path, has the API's form
// and a code of its reference. The audit records each kill before it starts and after
// it ends.
//
// The package keeps scans, listings and jobs in memory: a restart loses them, and
// several servers of one fleet do not share them. It does not terminate TLS and does
// not limit the rate of requests; a proxy in front may.
//
// The HTTP API follows the contract in openapi.yaml. The Go API and the configuration
// file may change before version 1.
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

// maxBody is enough for 10,000 addresses of any form with plenty of white space.
const maxBody = 12 << 20 // bytes

// Options configures an API.
type Options struct {
	Fleet *fleet.Fleet // required
	Auth  Auth         // empty: everybody who reaches the listener may call
	Log   *slog.Logger // default slog.Default()

	// Audit receives a line of JSON before each kill or kill-all and another one
	// after it. If the first cannot be written, nothing is killed. One Write may
	// contain several lines. Default os.Stderr; io.Discard is no audit.
	Audit io.Writer

	// BodyBudget limits the bytes of all request bodies that are buffered at the same
	// time. A request beyond it is answered 503. Default 256 MiB.
	BodyBudget int64

	// Getenv reads the environment variables that Auth names. Default os.Getenv.
	Getenv func(string) string
}

// An API serves all paths of the HTTP API; mount it at "/".
type API struct {
	handler     http.Handler
	validator   *validate.Validator
	log         *slog.Logger
	getenv      func(string) string
	credentials atomic.Pointer[credentials]
	operations  *operations
	closed      sync.Once
}

// operations implements the operations of the contract.
type operations struct {
	fleet    *fleet.Fleet
	log      *slog.Logger
	audit    *auditWriter
	listings *listings
	scans    *scanJobs
	jobs     jobStore
	killAlls *killAlls

	killsAborted context.Context // ends when abortKills is called
	abortKills   context.CancelFunc
}

var _ strictserver.StrictServerInterface = (*operations)(nil)

// New returns an error if it cannot use the options. Close the API after use.
func New(o Options) (*API, error) {
	if o.Fleet == nil {
		return nil, errors.New("server: Options.Fleet is missing")
	}
	o.Log = cmp.Or(o.Log, slog.Default())
	if o.Audit == nil {
		o.Audit = os.Stderr
	}
	s := newOperations(o)
	a, err := newAPI(o, s)
	if err != nil {
		return nil, err
	}
	a.operations = s
	s.listings.start()
	return a, nil
}

func newOperations(o Options) *operations {
	s := &operations{
		fleet: o.Fleet, log: o.Log,
		audit:    &auditWriter{log: o.Log, w: o.Audit},
		listings: newListings(), scans: newScanJobs(), jobs: newMemoryJobs(maxEndedJobs), killAlls: newKillAlls(),
	}
	s.killsAborted, s.abortKills = context.WithCancel(context.Background())
	return s
}

// newAPI wraps the operations in validation, authentication and the access log.
func newAPI(o Options, ops strictserver.StrictServerInterface) (*API, error) {
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
		Refuse:         writeViolations,
	})
	if err != nil {
		return nil, err
	}
	handlers := strictserver.Operations(ops, strictserver.StrictHTTPServerOptions{
		RequestErrorHandlerFunc:  writeError,
		ResponseErrorHandlerFunc: writeError,
	})
	handlers["ListClients"] = dropEmptyParams(handlers["ListClients"])
	api, err := a.validator.Handler(handlers)
	if err != nil {
		return nil, err
	}
	a.handler = withAccessLog(a.log, a.loopbackOnly(api))
	return a, nil
}

// withAccessLog assigns each request an id, sends it with the response, logs the
// request, and responds if a handler panics.
func withAccessLog(log *slog.Logger, next http.Handler) http.Handler {
	return accesslog.Handler(accesslog.Options{
		Log:     log,
		Attrs:   []slog.Attr{slog.String(callerKey, "")},
		OnPanic: func(w http.ResponseWriter, r *http.Request) { writeError(w, r, internal.with("", nil)) },
	}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", accesslog.From(r.Context()).RequestID)
		next.ServeHTTP(w, r)
	}))
}

// loopbackOnly refuses requests that a foreign web page makes a browser on this
// machine send, as long as the server has no credentials.
func (a *API) loopbackOnly(next http.Handler) http.Handler {
	loopback := httpserver.LoopbackOnly(next, func(w http.ResponseWriter, r *http.Request) {
		writeError(w, r, notLocal.with("", nil))
	})
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a.credentials.Load().empty() {
			loopback.ServeHTTP(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// ServeHTTP serves one request.
func (a *API) ServeHTTP(w http.ResponseWriter, r *http.Request) { a.handler.ServeHTTP(w, r) }

// Close stops the running kill-alls, and waits until their outcomes are recorded or
// ctx ends. Call it after the last request and before the fleet is closed.
func (a *API) Close(ctx context.Context) error {
	defer a.closed.Do(a.operations.listings.stop)
	a.operations.killAlls.stop()
	if err := a.operations.killAlls.wait(ctx); err != nil {
		return fmt.Errorf("server: a kill-all has not ended: %w", err)
	}
	return nil
}

// The phases of a shutdown. Together they take at most ten seconds, which is how long
// service managers usually wait.
const (
	killGrace    = 6 * time.Second // for kills in progress; then they are aborted and report that
	requestGrace = 7 * time.Second // for all requests in progress; then their connections are closed
	jobGrace     = 2 * time.Second // after that, for kill-alls, which were stopped at the start
)

// ServeOptions describes the network of the server.
type ServeOptions struct {
	// TrustedProxies are the networks of the proxies in front. The server takes the
	// caller's address from their X-Forwarded-For and PROXY protocol headers, and
	// ignores these headers from others.
	TrustedProxies []netip.Prefix
}

// ServeOptions returns the ServeOptions of the configuration.
func (c *Config) ServeOptions() ServeOptions { return ServeOptions{TrustedProxies: c.trusted} }

// Serve serves on ln until ctx ends, and closes ln. Then it accepts no new requests,
// stops the kill-alls, waits for the requests in progress and closes the API. It
// returns within ten seconds of the end of ctx, with an error if it had to abort
// something.
func (a *API) Serve(ctx context.Context, ln net.Listener, o ServeOptions) error {
	stop := context.AfterFunc(ctx, func() {
		a.operations.killAlls.stop()
		time.AfterFunc(killGrace, a.operations.abortKills)
	})
	defer stop()
	err := httpserver.Run(ctx, ln, a, httpserver.Options{
		ReadTimeout:    30 * time.Second,
		WriteTimeout:   30*time.Second + nodeTime, // starts at the end of the header
		Grace:          requestGrace,
		TrustedProxies: o.TrustedProxies,
		ErrorBody:      httpErrorBody,
		Log:            a.log,
	})
	closeCtx, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobGrace)
	defer cancel()
	return errors.Join(err, a.Close(closeCtx))
}
