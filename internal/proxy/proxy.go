// Package proxy is a reverse proxy that forwards only those requests and
// responses that match an OpenAPI contract.
//
//	upstream, err := proxy.ParseUpstream("https://dcs.example.com")
//	p, err := proxy.New(proxy.Options{Upstream: upstream, Log: log})
//	err = p.Serve(ctx, listener, nil)
//
// The proxy does not rewrite the host, user agent, path and query of a request,
// because they may be signed. It does not authenticate, balance, cache, retry or
// compress.
package proxy

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
)

// graceTime is how long requests in progress may take once the proxy stops. All
// together it stops within ten seconds, because many supervisors kill then.
const graceTime = 6 * time.Second

// A Proxy is an [http.Handler]. It is safe for concurrent use.
type Proxy struct {
	o           Options
	upstream    *upstream
	certificate *httpserver.Certificate // nil: plain HTTP
	metrics     *metrics
	handler     http.Handler
	current     atomic.Pointer[contract]
	stopping    atomic.Bool

	mu    sync.Mutex // guards changes of the modes and of the contract
	modes Modes
}

var _ http.Handler = (*Proxy)(nil)

// New returns a proxy. It returns an error for options that cannot be used and
// for a contract that cannot be loaded.
func New(o Options) (*Proxy, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	p := &Proxy{
		o:        o,
		upstream: newUpstream(o.Upstream, o.UpstreamCAs, o.UpstreamTimeout),
		metrics:  newMetrics(),
		modes:    Modes{Request: o.Request.String(), Response: o.Response.String()},
	}
	if o.CertFile != "" {
		if p.certificate, err = httpserver.LoadCertificate(o.CertFile, o.KeyFile); err != nil {
			return nil, err
		}
	}
	c, err := p.load(&p.modes)
	if err != nil {
		return nil, err
	}
	p.current.Store(c)
	p.handler = accesslog.Handler(accesslog.Options{Log: o.Log, OnPanic: panicked}, http.HandlerFunc(p.forward))
	return p, nil
}

// ServeHTTP implements [http.Handler].
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// forward handles one request. The request keeps the contract that is current
// when it arrives.
func (p *Proxy) forward(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect { // its target is no path, and validation may be off
		writeProblem(w, r, http.StatusNotImplemented, "the proxy does not tunnel")
		return
	}
	c := p.current.Load()
	state := &requestState{contract: c, operation: unknown, trailer: r.Trailer}
	r = r.WithContext(withState(r.Context(), state))
	r.Body = &watchedBody{ReadCloser: r.Body, onError: state.setBodyError}
	dw := newDeadlineWriter(w, p.o.CallerTimeout)
	defer dw.end()
	defer p.metrics.begin(state, accesslog.From(r.Context()))()
	c.reverse.ServeHTTP(dw, r)
}

// Serve serves callers on ln until ctx ends, and then lets the requests in
// progress finish. It serves the operator on admin, unless that is nil, until
// everything else has ended. It closes both listeners. It returns
// [ErrNoAdminToken] at once if admin is not on loopback and there is no
// Options.AdminToken.
func (p *Proxy) Serve(ctx context.Context, ln, admin net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() { p.stopping.Store(true) })
	adminCtx, stopAdmin := context.WithCancel(context.WithoutCancel(ctx))
	defer stopAdmin()
	adminStopped := make(chan error, 1)
	if admin == nil {
		adminStopped <- nil
	} else {
		h, err := p.adminOn(admin.Addr())
		if err != nil {
			ln.Close()
			admin.Close()
			return err
		}
		go func() {
			adminStopped <- httpserver.Run(adminCtx, admin, h, httpserver.Options{
				ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, Grace: time.Second,
				ErrorBody: errorBody, Log: p.o.Log.With("listener", "admin"),
			})
			cancel()
		}()
	}
	o := httpserver.Options{
		ReadTimeout: p.o.CallerTimeout, Grace: graceTime,
		TrustedProxies: p.o.TrustedProxies, ErrorBody: errorBody, Log: p.o.Log,
	}
	if p.certificate != nil {
		o.TLS = p.certificate.Config()
	}
	err := httpserver.Run(ctx, ln, p, o)
	stopAdmin()
	return errors.Join(err, <-adminStopped)
}
