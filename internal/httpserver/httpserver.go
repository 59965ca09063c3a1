// Package httpserver serves HTTP on a listener until its context ends, and then
// lets the requests in progress finish.
//
//	err := httpserver.Run(ctx, listener, handler, httpserver.Options{Grace: 7 * time.Second, Log: log})
//
// It speaks HTTP/1.1, and HTTP/2 over TLS. In addition to net/http's server it
// handles what a server meets that anybody can reach: addresses that trusted
// proxies forward, ambiguous framing, h2c upgrades, callers that still send when
// the response is ready, and the error responses that net/http writes itself.
// It does not open the listener and it does not route: even "OPTIONS *" reaches
// the handler.
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
	headerTimeout  = 10 * time.Second // for a request header, a PROXY header, and a TLS handshake
	maxHeaderBytes = 64 << 10
)

// Options adjusts [Run]. A duration of zero means no limit, except for Grace.
type Options struct {
	ReadTimeout  time.Duration // for a request with its body
	WriteTimeout time.Duration // from the end of a request's header to the end of its response
	Grace        time.Duration // for requests in progress when ctx ends; 0 aborts them at once
	TLS          *tls.Config   // nil: plain HTTP
	Log          *slog.Logger  // required

	// TrustedProxies are the networks of the proxies in front of this server. On a
	// connection from there, Request.RemoteAddr is taken from the PROXY protocol
	// header (version 1 or 2) and then from X-Forwarded-For. Its port is 0 if it is
	// not known. On any other connection a PROXY header is a malformed request, and
	// X-Forwarded-For is ignored.
	TrustedProxies []netip.Prefix

	// ErrorBody returns the content type and the body of an error response that no
	// handler writes, because the request cannot be read (400, 408, 431, 501, 505)
	// or its expectation is unknown (417). nil keeps net/http's text/plain.
	ErrorBody func(status int) (contentType string, body []byte)
}

// Run serves on ln until ctx ends. Then it accepts no new requests and waits for
// those in progress, for at most a second longer than Options.Grace. It returns
// an error if it had to abort any of them. It closes ln. It does not wait for
// hijacked connections (Upgrade).
func Run(ctx context.Context, ln net.Listener, handler http.Handler, o Options) error {
	s := newServer(o)
	srv := &http.Server{
		Handler:                      s.handler(handler),
		DisableGeneralOptionsHandler: true, // "OPTIONS *" is a path like any other
		ReadHeaderTimeout:            headerTimeout,
		ReadTimeout:                  o.ReadTimeout,
		WriteTimeout:                 o.WriteTimeout,
		IdleTimeout:                  2 * time.Minute,
		MaxHeaderBytes:               maxHeaderBytes,
		ErrorLog:                     slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
		ConnContext:                  withConn,
		ConnState:                    onState,
	}
	o.Log.Info("listening", "addr", ln.Addr().String())
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		o.Log.Info("stopping")
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Grace)
		defer cancel()
		err := srv.Shutdown(grace)
		if err != nil {
			s.lingering.stop(0)
			srv.Close()
			err = fmt.Errorf("requests in progress were aborted after %v: %w", o.Grace, err)
		}
		s.lingering.stop(time.Second)
		stopped <- err
	})
	defer stop()
	if err := srv.Serve(s.listen(ln)); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
