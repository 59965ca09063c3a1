// Package httpserver answers HTTP on a listener until it is told to stop, then
// finishes the calls under way.
//
//	err := httpserver.Run(ctx, listener, handler, httpserver.Options{Grace: 7 * time.Second, Log: log})
//
// It speaks HTTP/1.1, and HTTP/2 where there is TLS. Around net/http's server it
// takes care of what a server at the edge of a network meets: the addresses that
// trusted proxies tell, ambiguous framing, h2c upgrades, callers that are still
// sending when their answer is there, and refusals that net/http writes itself.
// It does not listen, and routes nothing: "OPTIONS *" too reaches the handler.
package httpserver

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/netip"
	"time"
)

const (
	headerTimeout  = 10 * time.Second // for a request's header, a PROXY header, a TLS handshake
	maxHeaderBytes = 64 << 10
)

// Options is what Run works with. A zero time is no limit.
type Options struct {
	ReadTimeout  time.Duration // for a request with its body
	WriteTimeout time.Duration // from the end of a request's header to the end of its response
	Grace        time.Duration // for calls under way when it is to stop; 0 cuts them off
	TLS          *tls.Config   // nil: plain HTTP
	Log          *slog.Logger  // required

	// TrustedProxies are the networks of the proxies in front. A PROXY protocol
	// header (version 1 or 2) of a connection from there, and then X-Forwarded-For,
	// give Request.RemoteAddr; its port is 0 where it is not known. From elsewhere
	// a PROXY header is a malformed request, and X-Forwarded-For changes nothing.
	TrustedProxies []netip.Prefix

	// Refusal returns the content type and the body of a refusal that no handler
	// writes: a request that cannot be read (400, 408, 431, 501, 505) or whose
	// expectation is unknown (417). nil keeps net/http's text/plain.
	Refusal func(status int) (contentType string, body []byte)
}

// Run answers on ln until ctx ends. Then it takes no new calls, finishes
// those under way, and returns nil, or an error if it had to cut some off. It
// takes at most a second longer than Options.Grace. It closes ln. It does not
// wait for connections that were taken over (Upgrade).
func Run(ctx context.Context, ln net.Listener, handler http.Handler, o Options) error {
	e := newEdge(o)
	srv := &http.Server{
		Handler:                      e.handler(handler),
		DisableGeneralOptionsHandler: true, // "OPTIONS *" is a path like any other
		ReadHeaderTimeout:            headerTimeout,
		ReadTimeout:                  o.ReadTimeout,
		WriteTimeout:                 o.WriteTimeout,
		IdleTimeout:                  2 * time.Minute,
		MaxHeaderBytes:               maxHeaderBytes,
		ErrorLog:                     slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
		ConnContext:                  withConn,
		ConnState:                    changed,
	}
	o.Log.Info("listening", "addr", ln.Addr().String())
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		o.Log.Info("stopping")
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Grace)
		defer cancel()
		err := srv.Shutdown(grace)
		if err != nil {
			e.lingering.stop(0)
			srv.Close()
			err = fmt.Errorf("calls under way were cut off after %v: %w", o.Grace, err)
		}
		e.lingering.stop(time.Second)
		stopped <- err
	})
	defer stop()
	if err := srv.Serve(e.listen(ln)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
