package client

import (
	"context"
	"log/slog"
	"net/http"
	"time"
)

// An Attempt is one request that was sent, and how it ended: what Options.Trace
// gets. It holds no header, body or credentials.
type Attempt struct {
	Operation string        // the contract's operationId, such as HangUpClients
	Number    int           // 1 for the first attempt of a request
	Status    int           // the HTTP status; 0 where no response came
	RequestID string        // the response's X-Request-Id, if any
	Duration  time.Duration // until the header of the response came, or the error
	Err       error         // why no response came
}

// observe reports an attempt to Options.Trace and to Options.Log.
func (c *Client) observe(ctx context.Context, r *request, sent *http.Request, number int, took time.Duration, resp *http.Response, err error) {
	logs := c.log != nil && c.log.Enabled(ctx, slog.LevelDebug)
	if c.trace == nil && !logs {
		return
	}
	a := Attempt{Operation: r.operation, Number: number, Duration: took, Err: err}
	secrets := r.secrets(sent.Header)
	if err == nil {
		a.Status = resp.StatusCode
		a.RequestID = clean(resp.Header.Get("X-Request-Id"), secrets)
	}
	if c.trace != nil {
		c.trace(ctx, a)
	}
	if !logs {
		return
	}
	line := []slog.Attr{
		slog.String("operation", a.Operation), slog.String("method", sent.Method), slog.String("path", sent.URL.Path),
		slog.Int("attempt", a.Number),
	}
	if err != nil {
		line = append(line, slog.String("error", clean(err.Error(), secrets)))
	} else {
		line = append(line, slog.Int("status", a.Status), slog.String("request_id", a.RequestID))
	}
	line = append(line, slog.Duration("duration", a.Duration))
	c.log.LogAttrs(ctx, slog.LevelDebug, "request", line...)
}
