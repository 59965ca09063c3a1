// Package client calls the DCS session-management API: of the real service or
// of a dcs-sessions server.
//
//	c, err := client.New("https://dcs.example.com", client.Options{Token: token})
//	err = c.Kill(ctx, projectID, instanceID, nodeID, "10.63.238.158:2048")
//
// It is lean: what is validated against the contract is what Options.Transport
// validates (package validate has one). It does not retry.
package client

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"runtime/debug"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// DefaultTimeout is how long a call may take, where Options gives nothing: more
// than the server needs for its longest kill.
const DefaultTimeout = 90 * time.Second

// Options says how to call. The zero value calls without credentials.
type Options struct {
	// Token is sent as X-Auth-Token; empty: none is sent.
	Token string

	// Transport sends the requests. Default: http.DefaultTransport, with the
	// environment's proxy and HTTP/2. validate's Transport goes here.
	Transport http.RoundTripper

	// Timeout limits a whole call, from dialing to the end of the answer.
	// Default: DefaultTimeout.
	Timeout time.Duration

	// UserAgent is sent as User-Agent. Default: the module's name and version.
	UserAgent string
}

// A Client calls one endpoint. It is safe for concurrent use.
type Client struct {
	endpoint string
	token    string
	agent    string
	http     *http.Client
}

// New returns a client of endpoint, an http or https URL; a path before the
// API's is kept. It does not connect.
func New(endpoint string, o Options) (*Client, error) {
	u, err := url.Parse(endpoint)
	switch {
	case err != nil:
		return nil, errors.New("client: the endpoint is not a URL") // the error would quote it, and what it may hold
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		return nil, errors.New("client: the endpoint must be an http:// or https:// URL with a host")
	case u.User != nil, u.RawQuery != "", u.Fragment != "":
		return nil, errors.New("client: the endpoint has a user, a query or a fragment")
	}
	// without the closing slash gen would drop the last step of the path
	c := &Client{endpoint: strings.TrimRight(endpoint, "/") + "/", token: o.Token, agent: o.UserAgent}
	if c.agent == "" {
		c.agent = "dcs-sessions/" + version()
	}
	c.http = &http.Client{
		Transport: o.Transport,
		Timeout:   o.Timeout,
		// a redirect is an answer like any other: nothing that kills is sent twice
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	if o.Timeout == 0 {
		c.http.Timeout = DefaultTimeout
	}
	return c, nil
}

// idForm is the contract's ID: an id that is empty or has a slash in it would
// make another URL.
var idForm = regexp.MustCompile(`^[A-Za-z0-9_-]{1,64}$`)

// Kill kills the sessions whose peers are addrs ("ip:port" or "[ip6]:port", as
// the session information has them in its field peer) on one node. nil means
// that each of them is closed or was already gone.
//
// An answer that is not success is an *Error. Other errors are those of the
// ids, of ctx and of the transport.
func (c *Client) Kill(ctx context.Context, project, instance, node string, addrs ...string) error {
	for _, id := range [...]struct{ name, value string }{{"project", project}, {"instance", instance}, {"node", node}} {
		if !idForm.MatchString(id.value) {
			return fmt.Errorf("client: the %s id %q is not 1 to 64 letters, digits, - or _", id.name, id.value)
		}
	}
	if len(addrs) == 0 {
		return errors.New("client: no addresses to kill")
	}
	req, err := gen.NewHangUpClientsRequest(c.endpoint, project, instance, gen.HangUpClientsRequest{NodeID: node, ClientAddrs: addrs})
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	return c.do(ctx, req, http.StatusNoContent)
}

// do sends req; any status but want is an *Error.
func (c *Client) do(ctx context.Context, req *http.Request, want int) error {
	req = req.WithContext(ctx)
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", "application/json")
	if c.token != "" {
		req.Header.Set("X-Auth-Token", c.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return fmt.Errorf("client: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != want {
		return errorOf(resp, c.token)
	}
	return nil
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
