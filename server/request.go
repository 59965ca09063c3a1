package server

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/dcs-sessions/dcs-sessions/internal/access"
)

// callerKey is the log's name for the credential that called.
const callerKey = "caller"

func withCaller(ctx context.Context, name string) context.Context {
	access.Of(ctx).Set(callerKey, name)
	return ctx
}

// observe gives each request its id, which every answer carries, writes its
// line in the log, and answers for a handler that panics.
func observe(log *slog.Logger, next http.Handler) http.Handler {
	return access.Handler(access.Options{
		Log:      log,
		Attrs:    []slog.Attr{slog.String(callerKey, "")},
		Panicked: func(w http.ResponseWriter, r *http.Request) { fail(w, r, internal.with("", nil)) },
	}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", access.Of(r.Context()).RequestID)
		next.ServeHTTP(w, r)
	}))
}
