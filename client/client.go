// Package client calls the DCS session-management API, of the real service or of a
// dcs-sessions server.
//
//	c, err := client.New("https://dcs.example.com", client.Options{
//		Credentials: client.AccessKey(signature.Key{AccessKeyID: ak, SecretKey: sk}),
//	})
//	cache := c.Instance(projectID, instanceID)
//	var idle []client.Target
//	for session, err := range cache.List(ctx, nodeID, client.ListOptions{}) {
//		if err != nil {
//			return err
//		}
//		if session.Idle > time.Hour {
//			idle = append(idle, session.Target())
//		}
//	}
//	outcome, err := cache.Kill(ctx, nodeID, idle)
//
// A response that is not success is an *Error, which [errors.Is] matches with
// ErrNotFound and the like. The client sends a request again after a failure that
// may be transient, such as a broken connection or a 503: see Retry. No secret is
// in an error, in the log or in a trace.
//
// The package is lean. It validates nothing: Options.Transport may (package
// validate has one). It follows no redirect, does not correct the clock and asks
// no identity service for tokens: see Refreshing. Package clienttest has a fake
// server for tests.
//
// # Stability
//
// The exported names and their meaning are stable: from version 1.0 on none is removed
// or changed within a major version, and CHANGELOG.md names each change before that.
// New fields of the structs, new methods, new options and new targets of [errors.Is]
// are added without notice, so name the fields in a composite literal, and have a
// default case for a JobStatus, a Result and a Protection. The texts of errors and of
// the log are not stable.
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

// DefaultTimeout is how long an attempt may take where Options says nothing. It is
// more than the server needs for its longest kill.
const DefaultTimeout = 90 * time.Second

// Options say how to send requests. The zero value sends no credentials.
type Options struct {
	// Credentials say who calls: Token, AccessKey, Refreshing, or an
	// implementation of the caller's. Default: none.
	Credentials Credentials

	// Transport sends the requests, once for each attempt. It has the proxy, the
	// TLS configuration and the connections. Default: http.DefaultTransport, with
	// the environment's proxy and HTTP/2.
	//
	// validate's Transport goes here, as does OpenTelemetry's
	// otelhttp.NewTransport.
	Transport http.RoundTripper

	// Timeout limits each attempt, from dialing to the end of the response. The
	// context limits all attempts together. Default: DefaultTimeout.
	Timeout time.Duration

	// Retry says what is sent again. The zero value has the defaults.
	Retry Retry

	// UserAgent is sent as User-Agent. Default: the module's name and version.
	UserAgent string

	// Trace is called after each attempt, with the method's context and
	// concurrently. Default: none. For the events of one attempt, such as DNS and
	// TLS, put an httptrace.ClientTrace into the context.
	Trace func(context.Context, Attempt)

	// Log gets a line at debug level for each attempt: the operation, the path,
	// the status, the duration and the request id, or the error. No line has a
	// header, a body or a secret. Default: none.
	Log *slog.Logger
}

// A Client sends requests to one endpoint. It is safe for concurrent use.
type Client struct {
	endpoint    *url.URL
	credentials Credentials
	timeout     time.Duration
	agent       string
	retry       Retry
	trace       func(context.Context, Attempt)
	log         *slog.Logger // nil: none
	http        *http.Client

	// tests replace these
	now    func() time.Time
	random func(below time.Duration) time.Duration
	sleep  func(context.Context, time.Duration) error
}

// New returns a client of endpoint, an http or https URL. The API's paths are
// appended to the path of the URL. New does not connect.
func New(endpoint string, o Options) (*Client, error) {
	u, err := url.Parse(strings.TrimRight(endpoint, "/")) // the API's paths begin with a slash
	switch {
	case err != nil:
		return nil, errors.New("client: the endpoint is not a URL") // err would quote the URL, which may have a password
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, errors.New("client: the endpoint must be an http:// or https:// URL with a host")
	case u.User != nil, u.RawQuery != "", u.ForceQuery, u.Fragment != "":
		return nil, errors.New("client: the endpoint has a user, a query or a fragment")
	}
	u.Host = strings.TrimSuffix(u.Host, ":") // as http.NewRequest does
	timeout, retry, err := withDefaults(o.Timeout, o.Retry)
	if err != nil {
		return nil, err
	}
	c := &Client{
		endpoint:    u,
		credentials: o.Credentials,
		timeout:     timeout,
		agent:       o.UserAgent,
		retry:       retry,
		trace:       o.Trace,
		log:         o.Log,
		now:         time.Now,
		random:      rand.N[time.Duration],
		sleep:       sleep,
	}
	if c.agent == "" {
		c.agent = "dcs-sessions/" + version()
	}
	c.http = &http.Client{
		Transport: o.Transport,
		// a redirect is an error like any other status, so that no kill is sent twice
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
