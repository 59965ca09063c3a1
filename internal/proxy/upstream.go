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

// connectTimeout is how long a connection to the upstream may take, and as long
// again its TLS handshake.
const connectTimeout = 10 * time.Second

// maxUpstreamHeader is how large the header of a response may be, in bytes; the
// library's own bound is 10 MB.
const maxUpstreamHeader = 256 << 10

// ParseUpstream reads an upstream's http or https URL; its path is put before
// the path of every request. An error does not show the URL: it may hold a
// password.
func ParseUpstream(text string) (*url.URL, error) {
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" {
		return nil, errors.New("the upstream must be an http:// or https:// URL with a host")
	}
	if u.User != nil || u.RawQuery != "" || u.ForceQuery || u.Fragment != "" {
		return nil, errors.New("the upstream's URL must be without user, query and fragment")
	}
	return u, nil
}

// An upstream is where requests go. It stands below the validation, which sees
// the API's own paths.
type upstream struct {
	base    *url.URL
	next    *http.Transport
	timeout time.Duration // until the response begins, and between parts of a body that is checked
}

func newUpstream(base *url.URL, cas *x509.CertPool, timeout time.Duration) *upstream {
	return &upstream{base: base, timeout: timeout, next: &http.Transport{
		DialContext:           (&net.Dialer{Timeout: connectTimeout}).DialContext,
		TLSClientConfig:       &tls.Config{MinVersion: tls.VersionTLS12, RootCAs: cas},
		TLSHandshakeTimeout:   connectTimeout,
		ResponseHeaderTimeout: timeout,
		ExpectContinueTimeout: time.Second,
		IdleConnTimeout:       90 * time.Second,
		MaxIdleConnsPerHost:   100, // all go to one
		ForceAttemptHTTP2:     true,

		MaxResponseHeaderBytes: maxUpstreamHeader,

		DisableCompression: true, // a coding is agreed on by caller and upstream
	}}
}

// RoundTrip implements http.RoundTripper.
func (u *upstream) RoundTrip(r *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancel(r.Context())
	out := r.WithContext(ctx) // a RoundTripper does not change its request
	out.URL = u.join(r.URL)
	x := exchangeOf(r.Context())
	if len(x.trailer) > 0 && out.Body != nil && out.Body != http.NoBody {
		out.Trailer = x.trailer // filled when the caller's body has been read
		out.ContentLength = -1  // HTTP/1.1 has trailers after chunks alone
	}
	if out.GetBody != nil && out.Header.Get("Expect") != "" { // the body is here: the caller was told to go on
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
	resp.Body = &promptBody{ReadCloser: resp.Body, exchange: x, timeout: u.timeout, cancel: cancel}
	return resp, nil
}

// join puts the upstream before a path, whose encoding is kept.
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

// reachable tells whether the upstream takes a connection, with TLS where its
// URL says so.
func (u *upstream) reachable(ctx context.Context) error {
	port := u.base.Port()
	if port == "" {
		port = u.base.Scheme // its name is its port's
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
