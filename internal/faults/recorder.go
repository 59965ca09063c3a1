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

// A recorder is a transport that gives each request that kills an id, notes it
// with its answer, and has it judged before the caller sees the answer.
type recorder struct {
	next  http.RoundTripper
	run   func() int64 // of the server
	judge func() *judge
	seq   atomic.Int64
	name  string // of the arena; a request's id begins with it
}

type asksKey struct{}

// asking is what a caller asks for. last is its last exchange, of one that the
// client has sent again.
type asking struct {
	asks []ask
	all  bool
	last *exchange
}

// with returns a context for the request that asks.
func (a *asking) with(ctx context.Context) context.Context {
	return context.WithValue(ctx, asksKey{}, a)
}

func (t *recorder) RoundTrip(r *http.Request) (*http.Response, error) {
	e := &exchange{began: time.Now()}
	asked, kills := r.Context().Value(asksKey{}).(*asking)
	j := t.judge()
	if kills && r.Method == http.MethodPost {
		e.id = fmt.Sprintf("%s-%d", t.name, t.seq.Add(1))
		e.asks, e.all, asked.last = asked.asks, asked.all, e
		r = r.Clone(r.Context())
		r.Header.Set("X-Request-Id", e.id)
		j.begin(e)
	}
	resp, err := t.next.RoundTrip(r)
	e.failure = err
	if err == nil && e.id != "" {
		err = e.read(resp)
	}
	e.ended, e.run = time.Now(), t.run()
	if r.Context().Err() == nil || e.status != 0 { // not one that its caller left
		j.answered(r, e)
	}
	if e.id != "" && e.done() && !e.all {
		j.check(r.Context(), e)
	}
	return resp, err
}

// read reads the answer, which can be read again.
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
		_ = json.Unmarshal(body, &text) // what is missing is found missing
		e.code, e.message, e.details = text.Code, text.Message, text.Details
	}
	if e.header != "" {
		e.outcome, _ = parseOutcome(e.header) // one that cannot be read is judged
	}
	return nil
}
