package server

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"
)

// A call is what is known of one request while it is served: the log's line.
// It is written by the goroutine that serves the request alone.
type call struct {
	requestID string
	caller    string // the credential's name
	failure   *failure
}

type callKey struct{}

func callOf(ctx context.Context) *call {
	c, _ := ctx.Value(callKey{}).(*call)
	if c == nil {
		return &call{}
	}
	return c
}

func withCaller(ctx context.Context, name string) context.Context {
	callOf(ctx).caller = name
	return ctx
}

var requestIDForm = regexp.MustCompile(`^[A-Za-z0-9._-]{1,64}$`)

// requestID returns the caller's id where it is safe to log, else a new one.
func requestID(r *http.Request) string {
	if id := r.Header.Get("X-Request-Id"); requestIDForm.MatchString(id) {
		return id
	}
	var id [16]byte
	rand.Read(id[:]) // never fails
	return hex.EncodeToString(id[:])
}

// observe gives each request its id, writes its line in the log, and answers
// for a handler that panics.
func observe(log *slog.Logger, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		c := &call{requestID: requestID(r)}
		r = r.WithContext(context.WithValue(r.Context(), callKey{}, c))
		w.Header().Set("X-Request-Id", c.requestID)
		sw := &statusWriter{ResponseWriter: w}
		defer func() {
			if p := recover(); p == http.ErrAbortHandler {
				panic(p) // net/http's own way to drop the connection
			} else if p != nil {
				log.Error("panic", "request_id", c.requestID, "panic", p, "stack", string(debug.Stack()))
				c.failure = internal.with("", nil)
				if sw.status == 0 {
					writeFailure(sw, c.failure)
				}
			}
			logCall(log, r, c, sw.status, time.Since(start))
		}()
		next.ServeHTTP(sw, r)
	})
}

func logCall(log *slog.Logger, r *http.Request, c *call, status int, took time.Duration) {
	level := slog.LevelInfo
	attrs := []slog.Attr{
		slog.String("request_id", c.requestID),
		slog.String("method", r.Method),
		slog.String("path", r.URL.EscapedPath()),
		slog.Int("status", status),
		slog.Float64("duration_ms", float64(took.Microseconds())/1000),
		slog.String("remote", r.RemoteAddr),
		slog.String("caller", c.caller),
	}
	if c.failure != nil {
		attrs = append(attrs, slog.String("error", c.failure.Error()))
		if status >= 500 {
			level = slog.LevelError
		}
	}
	log.LogAttrs(r.Context(), level, "request", attrs...)
}

// A statusWriter remembers the status that was sent.
type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	if status >= 200 && w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *statusWriter) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	return w.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *statusWriter) Unwrap() http.ResponseWriter { return w.ResponseWriter }
