package client

import (
	"fmt"
	"net/http"
	"slices"
	"time"
)

// A CallOption changes how one call of a method is sent.
type CallOption func(*callOptions)

type callOptions struct {
	timeout time.Duration
	retry   Retry
	header  http.Header
}

// WithTimeout limits each attempt of the call, instead of Options.Timeout.
func WithTimeout(d time.Duration) CallOption {
	return func(o *callOptions) { o.timeout = d }
}

// WithRetry says what is sent again, instead of Options.Retry.
func WithRetry(r Retry) CallOption {
	return func(o *callOptions) { o.retry = r }
}

// WithHeader sends a header with each request of the call, such as X-Request-Id
// for the server's log. The header must not be one that the client or the
// credentials set. Its value is not taken for a secret.
func WithHeader(name, value string) CallOption {
	return func(o *callOptions) {
		if o.header == nil {
			o.header = http.Header{}
		}
		o.header.Add(name, value)
	}
}

// options returns the client's options with those of a call, or an error for one
// that cannot be sent.
func (c *Client) options(opts []CallOption) (callOptions, error) {
	o := callOptions{timeout: c.timeout, retry: c.retry}
	if len(opts) == 0 {
		return o, nil
	}
	for _, option := range opts {
		option(&o)
	}
	for name := range o.header {
		if slices.Contains(ownHeaders[:], name) || slices.Contains(authHeaders, name) {
			return o, fmt.Errorf("client: WithHeader: the client sets %s itself", name)
		}
	}
	var err error
	o.timeout, o.retry, err = withDefaults(o.timeout, o.retry)
	return o, err
}

// authHeaders are those that the credentials of this package set.
var authHeaders = []string{"Authorization", "X-Auth-Token", "X-Sdk-Date", "X-Security-Token"}
