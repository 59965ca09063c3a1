// Package serve answers on a listener until it is told to stop, then finishes
// what is under way.
//
//	err := serve.Until(ctx, listener, handler, serve.Options{Grace: time.Minute, Log: log})
//
// It speaks HTTP/1.1, and HTTP/2 where there is TLS. It does not listen, and
// routes nothing: "OPTIONS *" too reaches the handler.
package serve

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"
)

// Options is how long things may take. A zero time is no limit.
type Options struct {
	ReadTimeout  time.Duration // for a request with its body
	WriteTimeout time.Duration // from the end of a request's header to the end of its response
	Grace        time.Duration // for calls under way when it is to stop; 0 cuts them off
	TLS          *tls.Config   // nil: plain HTTP
	Log          *slog.Logger  // required
}

// Until answers on ln until ctx ends; then it takes no new calls, finishes
// those under way and returns nil, or an error where it had to cut some off.
// It closes ln. Connections that were taken over (Upgrade) are not waited for.
func Until(ctx context.Context, ln net.Listener, handler http.Handler, o Options) error {
	srv := &http.Server{
		Handler:                      handler,
		TLSConfig:                    o.TLS,
		DisableGeneralOptionsHandler: true, // "OPTIONS *" is a path like any other
		ReadHeaderTimeout:            10 * time.Second,
		ReadTimeout:                  o.ReadTimeout,
		WriteTimeout:                 o.WriteTimeout,
		IdleTimeout:                  2 * time.Minute,
		MaxHeaderBytes:               64 << 10,
		ErrorLog:                     slog.NewLogLogger(o.Log.Handler(), slog.LevelWarn),
	}
	o.Log.Info("listening", "addr", ln.Addr().String())
	stopped := make(chan error, 1)
	stop := context.AfterFunc(ctx, func() {
		o.Log.Info("stopping")
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), o.Grace)
		defer cancel()
		err := srv.Shutdown(grace)
		if err != nil {
			srv.Close()
			err = fmt.Errorf("calls under way were cut off after %v: %w", o.Grace, err)
		}
		stopped <- err
	})
	defer stop()
	serve := srv.Serve
	if o.TLS != nil {
		serve = func(ln net.Listener) error { return srv.ServeTLS(ln, "", "") }
	}
	if err := serve(ln); !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	return <-stopped
}
