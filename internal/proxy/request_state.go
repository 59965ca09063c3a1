package proxy

import (
	"context"
	"io"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// A requestState is what the proxy knows about one request and its response. The
// fields that neither mu guards nor are atomic belong to the goroutine that serves
// the request.
type requestState struct {
	contract  *contract
	operation string             // the operationId, or unknown
	trailer   http.Header        // of the request; complete at the end of its body
	forwarded bool               // the upstream's response is being forwarded
	refused   validate.Direction // "" if the proxy refused neither message
	stalled   atomic.Bool        // a response body that is validated did not arrive in time

	mu         sync.Mutex // the transport reads the request body on a goroutine of its own
	violations validate.Violations
	bodyErr    error // from reading the request body
	logged     bool  // the line in the access log is complete
}

type stateKey struct{}

func withState(ctx context.Context, s *requestState) context.Context {
	return context.WithValue(ctx, stateKey{}, s)
}

func stateOf(ctx context.Context) *requestState {
	return ctx.Value(stateKey{}).(*requestState)
}

func (s *requestState) setBodyError(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.bodyErr = err
}

func (s *requestState) bodyError() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.bodyErr
}

// report is the validator's Options.Report.
func (p *Proxy) report(r *http.Request, vs validate.Violations) {
	if r.Context().Err() != nil {
		return // the caller left, so that the message was cut off
	}
	s := stateOf(r.Context())
	p.metrics.countViolations(s.operation, vs)
	if s.add(vs) {
		return
	}
	// The upstream sent its response before it had read the request body.
	p.o.Log.Warn("violations after the response", "request_id", accesslog.From(r.Context()).RequestID,
		"operation", s.operation, "violations", texts(vs))
}

// add reports whether the violations will be in the access log.
func (s *requestState) add(vs validate.Violations) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.logged {
		s.violations = append(s.violations, vs...)
	}
	return !s.logged
}

// finish puts the violations into the request's line in the log and returns them.
func (s *requestState) finish(e *accesslog.Entry) validate.Violations {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.logged = true
	e.Set("operation", s.operation)
	if len(s.violations) > 0 {
		e.Set("violations", texts(s.violations))
	}
	return s.violations
}

// texts returns the violations for the log. They contain no value of the message.
func texts(vs validate.Violations) []string {
	list := make([]string, len(vs))
	for i, v := range vs {
		list[i] = v.Error()
	}
	return list
}

// A watchedBody reports an error that ends its reading early.
type watchedBody struct {
	io.ReadCloser
	onError func(error)
}

func (b *watchedBody) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		b.onError(err)
	}
	return n, err
}

// A timedBody is a response body. While it is read to be validated, each part must
// arrive in time. Once it is forwarded it may take as long as it likes.
type timedBody struct {
	io.ReadCloser
	state   *requestState
	timeout time.Duration
	cancel  context.CancelFunc // of the request to the upstream
}

var (
	_ io.ReadCloser = (*watchedBody)(nil)
	_ io.ReadCloser = (*timedBody)(nil)
)

func (b *timedBody) Read(p []byte) (int, error) {
	if b.state.forwarded {
		return b.ReadCloser.Read(p)
	}
	timer := time.AfterFunc(b.timeout, func() {
		b.state.stalled.Store(true)
		b.cancel()
	})
	defer timer.Stop()
	return b.ReadCloser.Read(p)
}

func (b *timedBody) Close() error {
	defer b.cancel()
	return b.ReadCloser.Close()
}
