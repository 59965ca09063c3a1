package accesslog

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"slices"
	"time"
)

// An Entry is what is known of one request while it is served: the log's line.
// It is written by the goroutine that serves the request alone.
type Entry struct {
	RequestID string
	Status    int // that was sent, 0 before

	// Err is the log's error. With a status of 500 or more, or an answer that
	// broke off, the line is of level Error.
	Err error

	attrs []slog.Attr
}

func newEntry(r *http.Request, attrs []slog.Attr) *Entry {
	return &Entry{RequestID: requestID(r), attrs: slices.Clone(attrs)}
}

type entryKey struct{}

func with(ctx context.Context, e *Entry) context.Context {
	return context.WithValue(ctx, entryKey{}, e)
}

// From returns the call that ctx is of; outside of one, a call of its own.
func From(ctx context.Context) *Entry {
	e, _ := ctx.Value(entryKey{}).(*Entry)
	if e == nil {
		return &Entry{}
	}
	return e
}

// Set gives the line an attribute, in the place of one of the same key. A long
// text is cut.
func (e *Entry) Set(key string, value any) {
	attr := slog.Any(key, bounded(value))
	if i := e.index(key); i >= 0 {
		e.attrs[i] = attr
		return
	}
	e.attrs = append(e.attrs, attr)
}

// Attr returns an attribute, an empty text where it was not set.
func (e *Entry) Attr(key string) slog.Attr {
	if i := e.index(key); i >= 0 {
		return e.attrs[i]
	}
	return slog.String(key, "")
}

func (e *Entry) index(key string) int {
	return slices.IndexFunc(e.attrs, func(a slog.Attr) bool { return a.Key == key })
}

func (e *Entry) log(log *slog.Logger, r *http.Request, aborted bool, took time.Duration) {
	level := slog.LevelInfo
	if e.Err != nil && (e.Status >= 500 || aborted) {
		level = slog.LevelError
	}
	if !log.Enabled(r.Context(), level) {
		return
	}
	attrs := append([]slog.Attr{
		slog.String("request_id", e.RequestID),
		slog.String("method", cut(r.Method, maxMethod)),
		slog.String("path", cut(r.URL.EscapedPath(), maxPath)),
		slog.Int("status", e.Status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.String("remote", r.RemoteAddr),
	}, e.attrs...)
	if e.Err != nil {
		attrs = append(attrs, slog.String("error", cut(e.Err.Error(), maxError)))
	}
	log.LogAttrs(r.Context(), level, "request", attrs...)
}

// IsRequestID tells whether an id from outside is safe to log: 1 to 64 of
// A-Z a-z 0-9 . _ -
func IsRequestID(id string) bool {
	for i := range len(id) {
		c := id[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-') {
			return false
		}
	}
	return 1 <= len(id) && len(id) <= 64
}

// requestID returns the caller's id where it is safe to log, else a new one.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); IsRequestID(id) {
		return id
	}
	return NewRequestID()
}

// NewRequestID returns an id that no other request has.
func NewRequestID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
