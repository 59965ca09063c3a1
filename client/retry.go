package client

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Retry says how often and when a request is sent again. It is sent again after a
// connection that failed, and after 429, 502, 503 and 504, because all methods
// but KillAll are safe to repeat. KillAll is sent again only after a connection
// that was never made, and after 429 and 503. Each attempt is authorized again.
//
// Nothing else is sent again: no request that timed out, whose certificate was
// refused, or that Options.Transport refused.
//
// Each zero field has its default. A negative one is an error.
type Retry struct {
	// Attempts is how many there are at most, with the first: 1 sends nothing
	// again. Default: 3.
	Attempts int

	// BaseDelay bounds the wait before the second attempt. The bound doubles with
	// each attempt, up to MaxDelay, and the wait is a random time below it ("full
	// jitter"). Default: 200 ms.
	BaseDelay time.Duration

	// MaxDelay bounds each wait. The client waits for a Retry-After that is not
	// longer. After a longer one the method fails at once, as it does where ctx
	// would end before the wait. Default: 10 s.
	MaxDelay time.Duration
}

// withDefaults returns the timeout and the retries that options mean.
func withDefaults(timeout time.Duration, r Retry) (time.Duration, Retry, error) {
	if timeout < 0 || r.Attempts < 0 || r.BaseDelay < 0 || r.MaxDelay < 0 {
		return 0, r, errors.New("client: a timeout, a number of attempts and a delay must not be negative")
	}
	return cmp.Or(timeout, DefaultTimeout), Retry{
		Attempts:  cmp.Or(r.Attempts, 3),
		BaseDelay: cmp.Or(r.BaseDelay, 200*time.Millisecond),
		MaxDelay:  cmp.Or(r.MaxDelay, 10*time.Second),
	}, nil
}

// wait returns how long to wait after that attempt, the first being 1, which
// ended in err. It reports false where the server asks for more than MaxDelay.
func (r Retry) wait(err error, attempt int, random func(time.Duration) time.Duration) (time.Duration, bool) {
	limit := min(r.BaseDelay, r.MaxDelay)
	for i := 1; i < attempt && limit < r.MaxDelay; i++ {
		limit = min(2*limit, r.MaxDelay)
	}
	wait := random(limit)
	var failed *Error
	if !errors.As(err, &failed) || failed.RetryAfter == 0 {
		return wait, true
	}
	// with jitter, so that the clients that got the same Retry-After do not come back at once
	return min(failed.RetryAfter+wait, r.MaxDelay), failed.RetryAfter <= r.MaxDelay
}

// isTransient reports whether a later attempt may have another status.
func isTransient(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// isUntouched reports whether a status says that the server did nothing.
func isUntouched(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// isConnection reports whether the connection failed. It does not look into lists
// of errors, such as those of a Transport that validates: they say what is wrong
// with the message.
func isConnection(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return true
		}
		// crypto/tls has another Op for an alert, which is no failure of the
		// connection, and net/http has another one for a proxy
		if op, ok := err.(*net.OpError); ok && (op.Op == "dial" || op.Op == "read" || op.Op == "write") {
			return true
		}
	}
	return false
}

// isUnsent reports whether there was no connection to send the request on.
func isUnsent(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if op, ok := err.(*net.OpError); ok && op.Op == "dial" {
			return true
		}
	}
	return false
}

// retryAfter reads seconds or a date (RFC 9110, 10.2.3); 0 is no wait. A date is
// compared with the server's Date, because the clock here may be off.
func retryAfter(header http.Header, now time.Time) time.Duration {
	text := header.Get("Retry-After")
	if seconds, err := strconv.ParseUint(text, 10, 32); err == nil {
		return time.Duration(seconds) * time.Second
	}
	at, err := http.ParseTime(text)
	if err != nil {
		return 0
	}
	if date, err := http.ParseTime(header.Get("Date")); err == nil {
		now = date
	}
	return max(at.Sub(now), 0)
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
