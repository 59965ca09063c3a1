package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"
)

// do sends req with body until an attempt succeeds or there is no use in
// another; any status but want is an *Error.
func (c *Client) do(ctx context.Context, req *http.Request, body []byte, want int) error {
	req.Header.Set("User-Agent", c.agent)
	req.Header.Set("Accept", "application/json")
	req.ContentLength = int64(len(body))
	req.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(body)), nil }
	for attempt := 1; ; attempt++ {
		again, err := c.attempt(ctx, req, body, want, attempt)
		if !again || attempt >= c.retry.Attempts {
			return err
		}
		wait, ok := c.retry.wait(err, attempt, c.random)
		if deadline, ends := ctx.Deadline(); !ok || ends && time.Until(deadline) <= wait {
			return err
		}
		if ended := c.sleep(ctx, wait); ended != nil {
			return fmt.Errorf("client: %w; before that: %w", ended, err)
		}
	}
}

// attempt sends a copy of req, newly authorized. It tells whether another
// attempt may end better.
func (c *Client) attempt(ctx context.Context, req *http.Request, body []byte, want, attempt int) (again bool, err error) {
	sent := req.Clone(ctx)
	sent.Body, _ = req.GetBody()
	if c.credentials != nil {
		if err := c.credentials.Authorize(sent, body, c.now()); err != nil {
			return false, fmt.Errorf("client: credentials: %w", err)
		}
	}
	begun := time.Now()
	line := []slog.Attr{slog.String("method", sent.Method), slog.String("path", sent.URL.Path), slog.Int("attempt", attempt)}
	defer func() {
		line = append(line, slog.Duration("duration", time.Since(begun)))
		c.log.LogAttrs(ctx, slog.LevelDebug, "request", line...)
	}()

	resp, err := c.http.Do(sent)
	if err != nil {
		line = append(line, slog.Any("error", err))
		return isConnection(err), fmt.Errorf("client: %w", err)
	}
	defer resp.Body.Close()
	secrets := secretsOf(sent.Header, req.Header)
	line = append(line, slog.Int("status", resp.StatusCode), slog.String("request_id", clean(resp.Header.Get("X-Request-Id"), secrets)))
	if resp.StatusCode == want {
		return false, nil
	}
	answer := errorOf(resp, secrets, c.now())
	return isPassing(answer.Status), answer
}
