package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"sync/atomic"
	"time"
)

// A recorder is an http.RoundTripper that gives each kill a request id, records it with
// its response, and checks it before the caller receives the response.
type recorder struct {
	next    http.RoundTripper
	run     func() int64 // of the server
	checker func() *checker
	seq     atomic.Int64
	name    string // of the testbed; a prefix of the request ids
}

type killRequestKey struct{}

// A killRequest is what a caller wants to kill. last is the last exchange, because the
// client may send a request more than once.
type killRequest struct {
	entries []entry
	all     bool
	last    *exchange
}

// with returns a context for the request.
func (a *killRequest) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, killRequestKey{}, a)
}

var _ http.RoundTripper = (*recorder)(nil)

func (t *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	e := &exchange{began: time.Now()}
	asked, kills := r.Context().Value(killRequestKey{}).(*killRequest)
	ch := t.checker()
	if kills && r.Method == http.MethodPost {
		e.id = fmt.Sprintf("%s-%d", t.name, t.seq.Add(1))
		e.entries, e.all, asked.last = asked.entries, asked.all, e
		r = r.Clone(r.Context())
		r.Header.Set("X-Request-Id", e.id)
		ch.begin(e)
	}
	resp, err := t.next.RoundTrip(r)
	e.failure = err
	if err == nil && e.id != "" {
		err = e.read(resp)
	}
	e.ended, e.run = time.Now(), t.run()
	if r.Context().Err() == nil || e.status != 0 { // the caller has not left
		ch.responded(r, e)
	}
	if e.id != "" && e.done() && !e.all {
		ch.check(r.Context(), e)
	}
	return resp, err
}

// read reads the response and restores its body.
func (e *exchange) read(resp *http.Response) error {
	body, err := io.ReadAll(resp.Body)
	resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	if err != nil {
		e.failure = err
		return err
	}
	e.status, e.header = resp.StatusCode, resp.Header.Get("X-Kill-Outcome")
	if e.status >= 300 {
		var text struct {
			Code    string `json:"error_code"`
			Message string `json:"error_msg"`
			Details string `json:"error_ext_msg"`
		}
		_ = json.Unmarshal(body, &text) // missing fields are checked later
		e.code, e.message, e.details = text.Code, text.Message, text.Details
	}
	if e.header != "" {
		e.outcome, _ = parseOutcome(e.header) // a malformed header is checked later
	}
	return nil
}
