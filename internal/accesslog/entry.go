package accesslog

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"time"
	"unicode/utf8"
)

// An Entry is the log's line about one request while the request is served. Only
// the goroutine that serves the request may write it.
type Entry struct {
	RequestID string
	Status    int // the status that was sent; 0 before

	// Err is logged as "error". If the status is 500 or more, or the response was
	// aborted, an Err makes the line's level Error.
	Err error

	attrs []slog.Attr
}

func newEntry(r *http.Request, attrs []slog.Attr) *Entry {
	return &Entry{RequestID: requestID(r), attrs: slices.Clone(attrs)}
}

type entryKey struct{}

func withEntry(ctx context.Context, e *Entry) context.Context {
	return context.WithValue(ctx, entryKey{}, e)
}

// From returns the entry of the request that ctx belongs to. Without such a
// request it returns a new entry that nobody logs.
func From(ctx context.Context) *Entry {
	e, _ := ctx.Value(entryKey{}).(*Entry)
	if e == nil {
		return &Entry{}
	}
	return e
}

// Set adds an attribute to the line, or replaces the attribute with the same key.
// It cuts long texts.
func (e *Entry) Set(key string, value any) {
	attr := slog.Any(key, bounded(value))
	if i := e.index(key); i >= 0 {
		e.attrs[i] = attr
		return
	}
	e.attrs = append(e.attrs, attr)
}

// Attr returns an attribute; its value is "" if it was not set.
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

// The limits on the texts of a line, in bytes. The caller chooses most of these
// texts.
const (
	maxMethod = 32
	maxPath   = 1024
	maxText   = 1024 // an attribute
	maxError  = 4096
	maxTexts  = 32 // the texts of a list
	maxStack  = 16 << 10
)

// cut returns a text, or its beginning and its length if it is over the limit.
func cut(text string, limit int) string {
	if len(text) <= limit {
		return text
	}
	end := limit
	for end > limit-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return fmt.Sprintf("%s… (%d bytes)", text[:end], len(text))
}

// bounded cuts a text, or a list of texts and each text in it.
func bounded(value any) any {
	switch v := value.(type) {
	case string:
		return cut(v, maxText)
	case []string:
		short := make([]string, 0, min(len(v), maxTexts))
		for _, text := range v[:min(len(v), maxTexts)] {
			short = append(short, cut(text, maxText))
		}
		return short
	default:
		return value
	}
}

// requestID returns the caller's request id if it is safe to log, and a new one
// otherwise.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); IsRequestID(id) {
		return id
	}
	return NewRequestID()
}

// IsRequestID reports whether an id from outside is safe to log: 1 to 64
// ASCII letters, digits, dots, underscores and hyphens.
func IsRequestID(id string) bool {
	for i := range len(id) {
		c := id[i]
		if !('a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || c == '.' || c == '_' || c == '-') {
			return false
		}
	}
	return 1 <= len(id) && len(id) <= 64
}

// NewRequestID returns a random id of 32 hexadecimal digits.
func NewRequestID() string {
	var id [16]byte
	rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}
