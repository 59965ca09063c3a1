// Package client calls the DCS session-management API: of the real service or
// of a dcs-sessions server.
//
//	c, err := client.New("https://dcs.example.com", client.Options{
//		Credentials: client.AccessKey(signature.Key{AccessKeyID: ak, SecretKey: sk}),
//	})
//	var idle []client.Target
//	for session, err := range c.List(ctx, projectID, instanceID, nodeID, client.ListOptions{}) {
//		if err != nil {
//			return err
//		}
//		if session.Idle > 3600 {
//			idle = append(idle, client.Session(session))
//		}
//	}
//	outcome, err := c.Kill(ctx, projectID, instanceID, nodeID, idle...)
//
// An answer that is not success is an *Error. What may have been passing, such
// as a broken connection or a 503, is tried again: see Retry. No secret is in an
// error or in the log.
//
// It is lean: what is validated against the contract is what Options.Transport
// validates (package validate has one). It follows no redirect, sets no clock
// right and asks no identity service for tokens: see Refreshing. Package
// clienttest has a server for the tests of those who use it.
package client

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"runtime/debug"
	"strings"
	"time"
)

// DefaultTimeout is how long an attempt may take, where Options gives nothing:
// more than the server needs for its longest kill.
const DefaultTimeout = 90 * time.Second

// Options says how to call. The zero value calls without credentials.
type Options struct {
	// Credentials say who calls: Token, AccessKey, Refreshing, or one's own.
	// Default: none are sent.
	Credentials Credentials

	// Transport sends the requests, once for each attempt, and is where an
	// *http.Client's proxy, TLS and pool would be. Default:
	// http.DefaultTransport, with the environment's proxy and HTTP/2.
	//
	// validate's Transport goes here, as does OpenTelemetry's
	// otelhttp.NewTransport.
	Transport http.RoundTripper

	// Timeout limits each attempt, from dialing to the end of the answer; the
	// context limits the whole call. Default: DefaultTimeout.
	Timeout time.Duration

	// Retry says what is tried again. The zero value has the defaults.
	Retry Retry

	// UserAgent is sent as User-Agent. Default: the module's name and version.
	UserAgent string

	// Log gets a line at debug level for each attempt, without any header.
	// Default: none.
	Log *slog.Logger
}

// A Client calls one endpoint. It is safe for concurrent use.
type Client struct {
	endpoint    *url.URL
	credentials Credentials
	timeout     time.Duration
	agent       string
	retry       Retry
	log         *slog.Logger
	http        *http.Client

	// replaced by tests
	now    func() time.Time
	random func(below time.Duration) time.Duration
	sleep  func(context.Context, time.Duration) error
}

// New returns a client of endpoint, an http or https URL; a path before the
// API's is kept. It does not connect.
func New(endpoint string, o Options) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(endpoint, "/")) // the API's path begins with one
	switch {
	case err != nil:
		return nil, errors.New("client: the endpoint is not a URL") // the error would quote it, and what it may hold
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, errors.New("client: the endpoint must be an http:// or https:// URL with a host")
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return nil, errors.New("client: the endpoint has a user, a query or a fragment")
	}
	u.Host = strings.TrimSuffix(u.Host, ":") // as http.NewRequest does
	c := &Client{
		endpoint:    u,
		credentials: o.Credentials,
		timeout:     o.Timeout,
		agent:       o.UserAgent,
		retry:       o.Retry.withDefaults(),
		log:         o.Log,
		now:         time.Now,
		random:      rand.N[time.Duration],
		sleep:       sleep,
	}
	if c.agent == "" {
		c.agent = "dcs-sessions/" + version()
	}
	if c.log == nil {
		c.log = slog.New(slog.DiscardHandler)
	}
	if c.timeout == 0 {
		c.timeout = DefaultTimeout
	}
	c.http = &http.Client{
		Transport: o.Transport,
		// a redirect is an answer like any other: nothing that kills is sent twice
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	return c, nil
}

func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	const module = "github.com/dcs-sessions/dcs-sessions"
	for _, m := range append(info.Deps, &info.Main) {
		if m.Path == module && m.Version != "" {
			return strings.Trim(m.Version, "()")
		}
	}
	return "devel"
}
