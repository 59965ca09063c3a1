package server

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"net/netip"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/httpserver"
)

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
		ErrorBody:        refusal,
		Log:            a.log,
	})
	end, cancel := context.WithTimeout(context.WithoutCancel(ctx), jobGrace)
	defer cancel()
	return errors.Join(err, a.Close(end))
}

// refusal gives the API's error shape to what net/http refuses by itself.
func refusal(status int) (contentType string, body []byte) {
	f := invalidRequest
	switch {
	case status == 413 || status == 431:
		f = tooLarge
	case status == 503:
		f = overloaded
	case status >= 500:
		f = internal
	}
	body, err := json.Marshal(f.with("The request is not HTTP as this server takes it.", nil).response())
	if err != nil { // strings always encode
		panic(err)
	}
	return "application/json", body
}
