package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
)

// graceTime is how long calls that are under way may take once the proxy is told
// to stop. With what follows it ends within ten seconds: a supervisor often
// kills then.
const graceTime = 6 * time.Second

// Serve answers callers on ln until ctx ends, then finishes what is under way.
// It answers the operator on admin, where that is not nil, until all is done.
// It closes both. It returns an error at once if admin is not on loopback and
// there is no Options.AdminToken.
func (p *Proxy) Serve(ctx context.Context, ln, admin net.Listener) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	context.AfterFunc(ctx, func() { p.stopping.Store(true) })
	adminCtx, endAdmin := context.WithCancel(context.WithoutCancel(ctx))
	defer endAdmin()
	adminEnded := make(chan error, 1)
	if admin == nil {
		adminEnded <- nil
	} else {
		h, err := p.adminOn(admin.Addr())
		if err != nil {
			ln.Close()
			admin.Close()
			return err
		}
		go func() {
			adminEnded <- httpserver.Run(adminCtx, admin, h, httpserver.Options{
				ReadTimeout: time.Minute, WriteTimeout: 2 * time.Minute, Grace: time.Second,
				ErrorBody: refusal, Log: p.o.Log.With("listener", "admin"),
			})
			cancel()
		}()
	}
	o := httpserver.Options{
		ReadTimeout: p.o.CallerTimeout, Grace: graceTime,
		TrustedProxies: p.o.TrustedProxies, ErrorBody: refusal, Log: p.o.Log,
	}
	if p.certificate != nil {
		o.TLS = p.certificate.Config()
	}
	err := httpserver.Run(ctx, ln, p, o)
	endAdmin()
	return errors.Join(err, <-adminEnded)
}

// refusal is for requests that no handler sees.
func refusal(status int) (contentType string, body []byte) {
	body, err := json.Marshal(problem{Title: http.StatusText(status), Status: status, Detail: "the request could not be read: " + why(status)})
	if err != nil { // strings always encode
		panic(err)
	}
	return problemType, body
}

func why(status int) string {
	switch status {
	case http.StatusRequestTimeout:
		return "its header took too long"
	case http.StatusExpectationFailed:
		return "the server does not know what it expects"
	case http.StatusRequestHeaderFieldsTooLarge:
		return "its header is too large"
	case http.StatusNotImplemented:
		return "its transfer coding is not known"
	case http.StatusHTTPVersionNotSupported:
		return "only HTTP/1.1 is spoken here, and HTTP/2 over TLS"
	default:
		return "it is no HTTP request, or its header is malformed"
	}
}
