package server

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
)

// callerKey is the log's name for the credential that called.
const callerKey = "caller"

// A caller is who called, and from where.
type caller struct{ name, remote string }

type callerCtx struct{}

// withCaller notes the caller for the log's line and for callerOf.
func withCaller(r *http.Request, name string) context.Context {
	ctx := r.Context()
	accesslog.From(ctx).Set(callerKey, name)
	return context.WithValue(ctx, callerCtx{}, caller{name, r.RemoteAddr})
}

func callerOf(ctx context.Context) caller {
	who, _ := ctx.Value(callerCtx{}).(caller)
	return who
}

// observe gives each request its id, which every answer carries, writes its
// line in the log, and answers for a handler that panics.
func observe(log *slog.Logger, next http.Handler) http.Handler {
	return accesslog.Handler(accesslog.Options{
		Log:     log,
		Attrs:   []slog.Attr{slog.String(callerKey, "")},
		OnPanic: func(w http.ResponseWriter, r *http.Request) { fail(w, r, internal.with("", nil)) },
	}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Request-Id", accesslog.From(r.Context()).RequestID)
		next.ServeHTTP(w, r)
	}))
}
