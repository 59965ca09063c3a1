package client

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// A call is what is sent, once for each attempt; any status but want is an
// *Error.
type call struct {
	method  string
	url     *url.URL
	project string
	body    []byte // JSON
	want    int
}

// do sends k until an attempt succeeds or there is no use in another.
func (c *Client) do(ctx context.Context, k *call) error {
	for attempt := 1; ; attempt++ {
		again, err := c.attempt(ctx, k, attempt)
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

// attempt sends k, newly authorized. It tells whether another attempt may end
// better.
func (c *Client) attempt(ctx context.Context, k *call, attempt int) (again bool, err error) {
	sent := c.request(ctx, k)
	if c.credentials != nil {
		if err := c.credentials.Authorize(sent, k.body, c.now()); err != nil {
			return false, fmt.Errorf("client: credentials: %w", err)
		}
	}
	limited := ctx
	if c.timeout > 0 { // http.Client's would start a goroutine for each call of a Transport it does not know
		var cancel context.CancelFunc
		limited, cancel = context.WithTimeout(ctx, c.timeout)
		defer cancel()
	}
	begun := time.Now()
	resp, err := c.http.Do(sent.WithContext(limited))
	if c.log.Enabled(ctx, slog.LevelDebug) {
		c.logAttempt(sent, attempt, time.Since(begun), resp, err)
	}
	if err != nil {
		late := limited.Err() != nil && ctx.Err() == nil
		return isConnection(err) && !late, fmt.Errorf("client: %w", err)
	}
	defer resp.Body.Close()
	if resp.StatusCode == k.want {
		return false, nil
	}
	answer := errorOf(resp, secretsOf(sent.Header), c.now())
	return isPassing(answer.Status), answer
}

func (c *Client) logAttempt(sent *http.Request, attempt int, took time.Duration, resp *http.Response, err error) {
	line := []slog.Attr{slog.String("method", sent.Method), slog.String("path", sent.URL.Path), slog.Int("attempt", attempt)}
	if err != nil {
		line = append(line, slog.Any("error", err))
	} else {
		id := clean(resp.Header.Get("X-Request-Id"), secretsOf(sent.Header))
		line = append(line, slog.Int("status", resp.StatusCode), slog.String("request_id", id))
	}
	line = append(line, slog.Duration("duration", took))
	c.log.LogAttrs(sent.Context(), slog.LevelDebug, "request", line...)
}

// url returns the endpoint's with path, which needs no escaping.
func (c *Client) url(path string) *url.URL {
	u := *c.endpoint
	u.Path += path
	if u.RawPath != "" { // what is escaped in the endpoint stays so
		u.RawPath += path
	}
	return &u
}

// request returns what is sent for k, but for the credentials.
func (c *Client) request(ctx context.Context, k *call) *http.Request {
	data := k.body
	getBody := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
	body, _ := getBody()
	return (&http.Request{
		Method:        k.method,
		URL:           k.url,
		Header:        c.header(k.project),
		Body:          body,
		GetBody:       getBody,
		ContentLength: int64(len(data)),
	}).WithContext(ctx)
}

// headers are those of each call, beside the credentials'.
var headers = [...]string{"Accept", "Content-Type", "User-Agent", "X-Project-Id"}

func (c *Client) header(project string) http.Header {
	values := [len(headers)]string{"application/json", "application/json", c.agent, project}
	h := make(http.Header, len(headers)+3) // with the signature's
	for i, name := range headers {
		h[name] = values[i : i+1 : i+1]
	}
	return h
}
