// Package proxy is a reverse proxy that lets only what a contract allows pass
// between callers and an upstream.
//
//	upstream, err := proxy.ParseUpstream("https://dcs.example.com")
//	p, err := proxy.New(proxy.Options{Upstream: upstream, Log: log})
//	err = p.Serve(ctx, listener, nil)
//
// What a caller sends is sent on as it is: host, user agent, path and query are
// not rewritten, because all of them may be signed. It does not authenticate,
// balance, cache, retry or compress.
package proxy

import (
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// What holds where Options gives nothing.
const (
	DefaultMaxRequestBody  = 12 << 20 // bytes
	DefaultMaxResponseBody = 16 << 20 // bytes
	DefaultUpstreamTimeout = time.Minute
	DefaultCallerTimeout   = time.Minute
)

// Options is what a proxy works with. Its zero value, but for the upstream, is
// safe.
type Options struct {
	Upstream    *url.URL       // required; from ParseUpstream
	UpstreamCAs *x509.CertPool // nil: the system's

	// ContractFile is an OpenAPI 3.0 contract, read by New and by Reload.
	// Default: this project's own.
	ContractFile string

	// Request and Response are the modes to begin with. Default: Enforce.
	Request, Response validate.Mode

	// MaxRequestBody and MaxResponseBody limit the bodies that are checked, in
	// bytes.
	MaxRequestBody, MaxResponseBody int64

	// BodyBudget limits the memory, in bytes, that the bodies take that are held
	// at one time, requests and responses together. Beyond it a message is refused
	// with 503 and Retry-After. It is at least twice each cap: a body that grows
	// as it is read takes that much.
	BodyBudget int64

	// UpstreamTimeout is how long the upstream may take until its response
	// begins, and between two parts of a body that is checked before it is passed
	// on; how long any other takes is not limited.
	UpstreamTimeout time.Duration

	// CallerTimeout is how long a caller may take to send a request whole, and
	// to take each part of the response.
	CallerTimeout time.Duration

	// TrustedProxies are the networks of the proxies in front, whose PROXY protocol
	// headers and X-Forwarded-For say who calls. What is sent on as
	// X-Forwarded-For is that address alone.
	TrustedProxies []netip.Prefix

	// AdminToken is what a request that changes something on the admin address
	// must carry, as "Authorization: Bearer TOKEN". It may be empty, for none, if
	// that address is on loopback.
	AdminToken string

	// CertFile and KeyFile are what is shown to callers, PEM, read by New and by
	// Reload. Default: plain HTTP.
	CertFile, KeyFile string

	Log *slog.Logger // default slog.Default()
}

// A Proxy is the handler. It is safe for concurrent use.
type Proxy struct {
	o           Options
	upstream    *upstream
	certificate *httpserver.Certificate // nil: plain HTTP
	metrics     *metrics
	handler     http.Handler
	current     atomic.Pointer[contract]
	stopping    atomic.Bool

	mu    sync.Mutex // of who changes the modes or the contract
	modes Modes
}

// New returns a proxy. It returns an error for options that cannot be used, and
// for a contract that does not load.
func New(o Options) (*Proxy, error) {
	if o.Upstream == nil {
		return nil, errors.New("proxy: Options.Upstream is missing")
	}
	for _, size := range []struct {
		value *int64
		unset int64
	}{{&o.MaxRequestBody, DefaultMaxRequestBody}, {&o.MaxResponseBody, DefaultMaxResponseBody}, {&o.BodyBudget, validate.DefaultBodyBudget}} {
		if *size.value < 0 {
			return nil, fmt.Errorf("proxy: a body's cap, or the budget, is %d bytes", *size.value)
		}
		if *size.value == 0 {
			*size.value = size.unset
		}
	}
	if largest := max(o.MaxRequestBody, o.MaxResponseBody); o.BodyBudget/2 < largest {
		return nil, fmt.Errorf("proxy: the body budget is %d bytes, less than twice a body's cap of %d", o.BodyBudget, largest)
	}
	if o.UpstreamTimeout <= 0 {
		o.UpstreamTimeout = DefaultUpstreamTimeout
	}
	if o.CallerTimeout <= 0 {
		o.CallerTimeout = DefaultCallerTimeout
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	p := &Proxy{
		o:        o,
		upstream: newUpstream(o.Upstream, o.UpstreamCAs, o.UpstreamTimeout),
		metrics:  newMetrics(),
		modes:    Modes{Request: o.Request.String(), Response: o.Response.String()},
	}
	if o.CertFile != "" {
		var err error
		if p.certificate, err = httpserver.LoadCertificate(o.CertFile, o.KeyFile); err != nil {
			return nil, err
		}
	}
	c, err := p.load(&p.modes)
	if err != nil {
		return nil, err
	}
	p.current.Store(c)
	p.handler = accesslog.Handler(accesslog.Options{Log: o.Log, OnPanic: panicked}, http.HandlerFunc(p.pass))
	return p, nil
}

// ServeHTTP implements http.Handler.
func (p *Proxy) ServeHTTP(w http.ResponseWriter, r *http.Request) { p.handler.ServeHTTP(w, r) }

// pass serves one request with the contract that is current when it comes.
func (p *Proxy) pass(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodConnect { // its target is no path, and validation may be off
		writeProblem(w, r, http.StatusNotImplemented, "the proxy does not tunnel")
		return
	}
	c := p.current.Load()
	x := &exchange{contract: c, operation: c.operationOf(r), trailer: r.Trailer}
	r = r.WithContext(withExchange(r.Context(), x))
	r.Body = &watchedBody{ReadCloser: r.Body, failed: x.bodyFailed}
	patient := newPatientWriter(w, p.o.CallerTimeout)
	defer patient.end()
	defer p.metrics.begin(x, accesslog.From(r.Context()))()
	c.reverse.ServeHTTP(patient, r)
}
