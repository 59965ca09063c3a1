package proxy

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// connectTimeout limits the time to connect to the upstream. The TLS handshake may
// take as long again.
const connectTimeout = 10 * time.Second

// maxUpstreamHeader limits the header of a response, in bytes. The limit of
// net/http is 10 MB.
const maxUpstreamHeader = 256 << 10

// ParseUpstream parses the http or https URL of an upstream. Its path becomes a
// prefix of every request's path. An error does not contain the URL, because the
// URL may contain a password.
func ParseUpstream(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, errors.New("the upstream must be an http:// or https:// URL with a host")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, errors.New("the upstream's URL must not have a user, a query or a fragment")
	}
	return u, nil
}

// An upstream is the http.RoundTripper below the validation, which sees the paths
// without the upstream's prefix.
type upstream struct {
	base    *url.URL
	next    *http.Transport
	timeout time.Duration // until the response begins, and between parts of a body that is validated
}

func newUpstream(base *url.URL, cas *x509.CertPool, timeout time.Duration) *upstream {
	return &upstream{base: base, timeout: timeout, next: &http.Transport{
		DialContext:           (&net.Dialer{Timeout: connectTimeout}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cas},
		TLSHandshakeTimeout:   connectTimeout,
		ResponseHeaderTimeout: timeout,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   100, // all connections go to one host
		ForceAttemptHTTP2:     true,

		MaxResponseHeaderBytes: maxUpstreamHeader,

		DisableCompression: true, // caller and upstream agree on a coding
	}}
}

var _ http.RoundTripper = (*upstream)(nil)

// RoundTrip implements [http.RoundTripper].
func (u *upstream) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	out := r.WithContext(ctx) // a RoundTripper does not change its request
	out.URL = u.join(r.URL)
	state := stateOf(r.Context())
	if len(state.trailer) > 0 && out.Body != nil && out.Body != http.NoBody {
		out.Trailer = state.trailer // complete when the caller's body has been read
		out.ContentLength = -1      // HTTP/1.1 has trailers only in chunked messages
	}
	if out.GetBody != nil && out.Header.Get("Expect") != "" { // the body was read, so that the caller has received its 100
		out.Header = out.Header.Clone()
		out.Header.Del("Expect")
	}
	resp, err := u.next.RoundTrip(out)
	if err != nil {
		cancel()
		return nil, err
	}
	if resp.StatusCode == http.StatusSwitchingProtocols { // its body is the connection
		context.AfterFunc(r.Context(), cancel)
		return resp, nil
	}
	resp.Body = &timedBody{ReadCloser: resp.Body, state: state, timeout: u.timeout, cancel: cancel}
	return resp, nil
}

// join returns the URL with the upstream's host and prefix. It keeps the encoding of
// the path.
func (u *upstream) join(to *url.URL) *url.URL {
	joined := *to
	joined.Scheme, joined.Host = u.base.Scheme, u.base.Host
	prefix := strings.TrimRight(u.base.Path, "/")
	if prefix == "" || to.Path == "*" {
		return &joined
	}
	joined.Path = prefix + to.Path
	joined.RawPath = strings.TrimRight(u.base.EscapedPath(), "/") + to.EscapedPath()
	return &joined
}

// reachable returns an error if the upstream does not accept a connection, with TLS
// if its URL is https.
func (u *upstream) reachable(ctx context.Context) error {
	port := u.base.Port()
	if port == "" {
		port = u.base.Scheme // "http" and "https" are also names of ports
	}
	addr := net.JoinHostPort(u.base.Hostname(), port)
	dial := (&net.Dialer{}).DialContext
	if u.base.Scheme == "https" {
		dial = (&tls.Dialer{Config: u.next.TLSClientConfig}).DialContext
	}
	conn, err := dial(ctx, "tcp", addr)
	if err != nil {
		return err
	}
	return conn.Close()
}
