package client

import (
	"context"
	"errors"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// Retry says how often and when a request is sent again: after a connection
// that failed, and after 429, 502, 503 and 504, for each of these calls is safe to
// repeat. KillAll is not, and is sent again only after a connection that was
// never made, and after 429 and 503. Each attempt is authorized again.
//
// Nothing else is sent again: no timeout, no certificate that is refused, and
// nothing that Options.Transport refuses.
type Retry struct {
	// Attempts is how many there are at most. 0: 3. Negative: 1.
	Attempts int

	// Base bounds the wait before the second attempt, and twice as much that
	// before the third, and so on; the wait is any time below ("full jitter").
	// Default: 200 ms.
	Base time.Duration

	// Cap bounds each wait. A Retry-After within it is waited for; at one that
	// is longer the call fails at once. So it does where ctx would end before
	// the wait. Default: 10 s.
	Cap time.Duration
}

func (r Retry) withDefaults() Retry {
	if r.Attempts == 0 {
		r.Attempts = 3
	}
	if r.Base <= 0 {
		r.Base = 200 * time.Millisecond
	}
	if r.Cap <= 0 {
		r.Cap = 10 * time.Second
	}
	return r
}

// wait returns how long to wait after that attempt, the first being 1, which
// ended in err. It is false where the server asks for more than Cap.
func (r Retry) wait(err error, attempt int, random func(time.Duration) time.Duration) (time.Duration, bool) {
	limit := min(r.Base, r.Cap)
	for i := 1; i < attempt && limit < r.Cap; i++ {
		limit = min(2*limit, r.Cap)
	}
	wait := random(limit)
	var answer *Error
	if !errors.As(err, &answer) || answer.RetryAfter == 0 {
		return wait, true
	}
	// the jitter comes on top, so that all who were told the same do not come back at once
	return min(answer.RetryAfter+wait, r.Cap), answer.RetryAfter <= r.Cap
}

// isPassing tells of a status that is another's, or of a moment.
func isPassing(status int) bool {
	switch status {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		return true
	}
	return false
}

// isRefusal tells of a status that says that nothing was done.
func isRefusal(status int) bool {
	return status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable
}

// isConnection tells whether the connection failed. It does not look into lists
// of errors, such as those of a Transport that validates: what they say is
// wrong with the message, whatever else is in there.
func isConnection(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if err == io.EOF || err == io.ErrUnexpectedEOF {
			return true
		}
		// crypto/tls has an Op of its own for an alert, which is no failure of
		// the connection, and net/http one for a proxy
		if op, ok := err.(*net.OpError); ok && (op.Op == "dial" || op.Op == "read" || op.Op == "write") {
			return true
		}
	}
	return false
}

// isUnsent tells whether there was no connection to send the request on.
func isUnsent(err error) bool {
	for ; err != nil; err = errors.Unwrap(err) {
		if op, ok := err.(*net.OpError); ok && op.Op == "dial" {
			return true
		}
	}
	return false
}

// retryAfter reads seconds or a date (RFC 9110, 10.2.3); 0 is no wait. A date is
// compared with the server's own, for our clock may be off.
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
