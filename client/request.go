package client

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"time"
)

// A call is what is sent, once for each attempt, and what counts as its success.
type call struct {
	method  string
	url     *url.URL
	project string
	body    []byte // JSON; nil: none
	want    int    // the one status that is success

	// take gets the JSON body of a success; an error tells what is wrong with
	// it. nil: there is none to read.
	take func(body []byte) error

	// once is for what must not happen twice: it is sent again only where it is
	// known that nothing has happened yet.
	once bool

	// header is that of the last answer, nil where the last attempt had none.
	header http.Header
}

// post is a call with body; path needs no escaping. gen has a builder for each
// call, at several times the allocations.
func (c *Client) post(project, path string, body any) (*call, error) {
	text, err := json.Marshal(body)
	if err != nil {
		return nil, fmt.Errorf("client: %w", err)
	}
	return &call{method: http.MethodPost, url: c.url(project, path), project: project, body: text, want: http.StatusOK}, nil
}

// get is a call without a body.
func (c *Client) get(project, path string) *call {
	return &call{method: http.MethodGet, url: c.url(project, path), project: project, want: http.StatusOK}
}

// url returns the endpoint's with a path of the project.
func (c *Client) url(project, path string) *url.URL {
	path = "/v2/" + project + path
	u := *c.endpoint
	u.Path += path
	if u.RawPath != "" { // what is escaped in the endpoint stays so
		u.RawPath += path
	}
	return &u
}

// do sends k until an attempt succeeds or there is no use in another. An answer
// that is not the success it waits for is an *Error.
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
	k.header = nil
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("client: %w", err)
	}
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
		return isConnection(err) && !late && (!k.once || isUnsent(err)), fmt.Errorf("client: %w", err)
	}
	defer resp.Body.Close()
	k.header = resp.Header
	if resp.StatusCode != k.want {
		answer := errorOf(resp, secretsOf(sent.Header), c.now())
		return isPassing(answer.Status) && (!k.once || isRefusal(answer.Status)), answer
	}
	if k.take == nil {
		return false, nil
	}
	if again, bad := takeAnswer(resp, secretsOf(sent.Header), k.take); bad != nil {
		return again && !k.once, bad
	}
	return false, nil
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

// request returns what is sent for k, but for the credentials.
func (c *Client) request(ctx context.Context, k *call) *http.Request {
	r := &http.Request{Method: k.method, URL: k.url, Header: c.header(k)}
	if data := k.body; data != nil {
		r.ContentLength = int64(len(data))
		r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(data)), nil }
		r.Body, _ = r.GetBody()
	}
	return r.WithContext(ctx)
}

// headers are those of each call, beside the credentials'; the last goes with a
// body.
var headers = [...]string{"Accept", "User-Agent", "X-Project-Id", "Content-Type"}

func (c *Client) header(k *call) http.Header {
	const json = "application/json"
	values := [len(headers)]string{json, c.agent, k.project, json}
	names := headers[:]
	if k.body == nil {
		names = names[:len(names)-1]
	}
	h := make(http.Header, len(headers)+3) // with the signature's
	for i, name := range names {
		h[name] = values[i : i+1 : i+1]
	}
	return h
}
