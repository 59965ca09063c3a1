package proxy

import (
	"cmp"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/dcs-sessions/dcs-sessions/validate"
)

// The defaults of Options.
const (
	DefaultMaxRequestBody  = 12 << 20 // bytes
	DefaultMaxResponseBody = 16 << 20 // bytes
	DefaultUpstreamTimeout = time.Minute
	DefaultCallerTimeout   = time.Minute
)

// Options adjusts [New]. Except for the upstream, the zero value is safe.
type Options struct {
	Upstream    *url.URL       // from [ParseUpstream]; required
	UpstreamCAs *x509.CertPool // nil: the system's

	// ContractFile is an OpenAPI 3.0 contract. [New] and [Proxy.Reload] read it.
	// Default: the contract of this project.
	ContractFile string

	// Request and Response are the modes to start with. Default: Enforce.
	Request, Response validate.Mode

	// MaxRequestBody and MaxResponseBody limit the bodies that are validated, in
	// bytes.
	MaxRequestBody, MaxResponseBody int64

	// BodyBudget limits the memory, in bytes, for the bodies that are buffered at
	// one time, requests and responses together. A message that exceeds it is
	// refused with 503 and Retry-After. The budget must be at least twice each body
	// limit, because a buffer that grows takes that much.
	BodyBudget int64

	// UpstreamTimeout limits the time until the upstream's response begins, and the
	// time between two parts of a body that is validated before it is forwarded.
	// Other bodies may take as long as they like.
	UpstreamTimeout time.Duration

	// CallerTimeout limits the time in which a caller must send a whole request, and
	// the time in which it must take each part of the response.
	CallerTimeout time.Duration

	// TrustedProxies are the networks of the proxies in front of this proxy. Their
	// PROXY protocol headers and X-Forwarded-For give the caller's address. The
	// X-Forwarded-For that is forwarded has that address alone.
	TrustedProxies []netip.Prefix

	// AdminToken must be in each request that changes something on the admin
	// address, as "Authorization: Bearer TOKEN". It may be empty, for no token, if
	// that address is on loopback.
	AdminToken string

	// CertFile and KeyFile are the server certificate and its key, PEM. [New] and
	// [Proxy.Reload] read them. Default: plain HTTP.
	CertFile, KeyFile string

	Log *slog.Logger // default slog.Default()
}

func (o Options) withDefaults() (Options, error) {
	if o.Upstream == nil {
		return o, errors.New("proxy: Options.Upstream is missing")
	}
	if smallest := min(o.MaxRequestBody, o.MaxResponseBody, o.BodyBudget); smallest < 0 {
		return o, fmt.Errorf("proxy: a body limit or the body budget is negative: %d", smallest)
	}
	o.MaxRequestBody = cmp.Or(o.MaxRequestBody, DefaultMaxRequestBody)
	o.MaxResponseBody = cmp.Or(o.MaxResponseBody, DefaultMaxResponseBody)
	o.BodyBudget = cmp.Or(o.BodyBudget, validate.DefaultBodyBudget)
	if largest := max(o.MaxRequestBody, o.MaxResponseBody); o.BodyBudget/2 < largest {
		return o, fmt.Errorf("proxy: the body budget of %d bytes is less than twice the body limit of %d", o.BodyBudget, largest)
	}
	o.UpstreamTimeout = cmp.Or(max(o.UpstreamTimeout, 0), DefaultUpstreamTimeout)
	o.CallerTimeout = cmp.Or(max(o.CallerTimeout, 0), DefaultCallerTimeout)
	o.Log = cmp.Or(o.Log, slog.Default())
	return o, nil
}
