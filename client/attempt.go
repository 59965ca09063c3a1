package client

import (
	"context"
	"fmt"
	"time"
)

// do sends r until an attempt succeeds or another one is of no use. A response
// that is not the success that r wants is an *Error.
func (c *Client) do(ctx context.Context, r *request) error {
	o, err := c.options(r.opts)
	if err != nil {
		return err
	}
	r.header = o.header
	for number := 1; ; number++ {
		again, err := c.attempt(ctx, r, number, o.timeout)
		if !again || number >= o.retry.Attempts {
			return err
		}
		wait, ok := o.retry.wait(err, number, c.random)
		if deadline, ends := ctx.Deadline(); !ok || ends && time.Until(deadline) <= wait {
			return err
		}
		if ended := c.sleep(ctx, wait); ended != nil {
			return fmt.Errorf("client: %w; before that: %w", ended, err)
		}
	}
}

// attempt authorizes r and sends it. It reports whether another attempt may
// succeed.
func (c *Client) attempt(ctx context.Context, r *request, number int, timeout time.Duration) (again bool, err error) {
	r.responseHeader = nil
	if err := ctx.Err(); err != nil {
		return false, fmt.Errorf("client: %w", err)
	}
	sent := r.http(ctx, c.agent)
	if c.credentials != nil {
		if err := c.credentials.Authorize(sent, r.body, c.now()); err != nil {
			return false, fmt.Errorf("client: credentials: %w", err)
		}
	}
	// http.Client's Timeout would start a goroutine for each request of a
	// Transport that it does not know
	limited, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	start := time.Now()
	resp, err := c.http.Do(sent.WithContext(limited))
	c.observe(ctx, r, sent, number, time.Since(start), resp, err)
	if err != nil {
		late := limited.Err() != nil && ctx.Err() == nil
		return isConnection(err) && !late && (!r.notIdempotent || isUnsent(err)), fmt.Errorf("client: %w", err)
	}
	defer resp.Body.Close()
	r.responseHeader = resp.Header
	if resp.StatusCode != r.want {
		failed := errorOf(resp, r.secrets(sent.Header), c.now())
		return isTransient(failed.Status) && (!r.notIdempotent || isUntouched(failed.Status)), failed
	}
	if r.decode == nil {
		return false, nil
	}
	if again, unusable := readSuccess(resp, r.secrets(sent.Header), r.decode); unusable != nil {
		return again && !r.notIdempotent, unusable
	}
	return false, nil
}
