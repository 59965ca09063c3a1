package access

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"regexp"
	"slices"
	"time"
)

// A Call is what is known of one request while it is served: the log's line.
// It is written by the goroutine that serves the request alone.
type Call struct {
	RequestID string
	Status    int // that was sent, 0 before

	// Err is the log's error. With a status of 500 or more, or an answer that
	// broke off, the line is of level Error.
	Err error

	attrs []slog.Attr
}

func newCall(r *http.Request, attrs []slog.Attr) *Call {
	return &Call{RequestID: requestID(r), attrs: slices.Clone(attrs)}
}

type callKey struct{}

func with(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// Of returns the call that ctx is of; outside of one, a call of its own.
func Of(ctx context.Context) *Call {
	c, _ := ctx.Value(callKey{}).(*Call)
	if c == nil {
		return &Call{}
	}
	return c
}

// Set gives the line an attribute, in the place of one of the same key.
func (c *Call) Set(key string, value any) {
	attr := slog.Any(key, value)
	if i := c.index(key); i >= 0 {
		c.attrs[i] = attr
		return
	}
	c.attrs = append(c.attrs, attr)
}

// Attr returns an attribute, an empty text where it was not set.
func (c *Call) Attr(key string) slog.Attr {
	if i := c.index(key); i >= 0 {
		return c.attrs[i]
	}
	return slog.String(key, "")
}

func (c *Call) index(key string) int {
	return slices.IndexFunc(c.attrs, func(a slog.Attr) bool { return a.Key == key })
}

func (c *Call) log(log *slog.Logger, r *http.Request, aborted bool, took time.Duration) {
	level := slog.LevelInfo
	attrs := append([]slog.Attr{
		slog.String("request_id", c.RequestID),
		slog.String("method", r.Method),
		slog.String("path", r.URL.EscapedPath()),
		slog.Int("status", c.Status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.String("remote", r.RemoteAddr),
	}, c.attrs...)
	if c.Err != nil {
		attrs = append(attrs, slog.String("error", c.Err.Error()))
		if c.Status >= 500 || aborted {
			level = slog.LevelError
		}
	}
	log.LogAttrs(r.Context(), level, "request", attrs...)
}

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// IsRequestID tells whether an id from outside is safe to log.
func IsRequestID(id string) bool { return requestIDForm.MatchString(id) }

// requestID returns the caller's id where it is safe to log, else a new one.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); IsRequestID(id) {
		return id
	}
	var id [16]byte
	rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
