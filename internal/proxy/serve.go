package proxy

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/serve"
)

// Serve answers callers on ln until ctx ends, then finishes what is under way.
// It answers the operator on admin, where that is not nil, until all is done.
// It closes both.
func (p *Proxy) Serve(ctx context.Context, ln, admin net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() { p.stopping.Store(true) })
	adminCtx, endAdmin := context.WithCancel(context.WithoutCancel(ctx))
	adminEnded := make(chan error, 1)
	if admin == nil {
		adminEnded <- nil
	} else {
		go func() {
			adminEnded <- serve.Until(adminCtx, admin, p.Admin(), serve.Options{
				ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, Grace: time.Second,
				Log: p.o.Log.With("listener", "admin"),
			})
			cancel()
		}()
	}
	o := serve.Options{ReadTimeout: p.o.CallerTimeout, Grace: p.o.UpstreamTimeout + 5*time.Second, Log: p.o.Log}
	if p.certificate != nil {
		o.TLS = p.certificate.Config()
	}
	err := serve.Until(ctx, ln, p, o)
	endAdmin()
	return errors.Join(err, <-adminEnded)
}
