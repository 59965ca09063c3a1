package server

import (
	"context"
	"log/slog"
	"net"
	"net/http"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/serve"
)

// graceTime is how long calls that are under way may take once the server is
// told to stop: longer than the longest kill.
const graceTime = killTimeout + 5*time.Second

// Serve answers on ln until ctx ends; then it takes no new calls, finishes
// those under way and returns nil. It closes ln.
func Serve(ctx context.Context, ln net.Listener, handler http.Handler, log *slog.Logger) error {
	return serve.Until(ctx, ln, handler, serve.Options{
		ReadTimeout:  30 * time.Second,
		WriteTimeout: 30*time.Second + graceTime, // it runs from the end of the header on
		Grace:        graceTime,
		Log:          log,
	})
}
