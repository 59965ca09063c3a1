package proxy

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// An exchange is what is known of one request and its response. What has no
// lock is of the goroutine that serves it.
type exchange struct {
	contract  *contract
	operation string      // the operationId, or unknown
	trailer   http.Header // of the request, filled at its body's end
	answered  bool        // the upstream's response is passed on
	refused   validate.Direction
	late      atomic.Bool // the upstream stopped in the middle of its response

	mu      sync.Mutex // the upstream's connection reads the request's body
	found   validate.Violations
	bodyErr error // how reading the request's body failed
	ended   bool
}

type exchangeKey struct{}

func withExchange(ctx context.Context, x *exchange) context.Context {
	return context.WithValue(ctx, exchangeKey{}, x)
}

func exchangeOf(ctx context.Context) *exchange {
	return ctx.Value(exchangeKey{}).(*exchange)
}

func (x *exchange) bodyFailed(err error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.bodyErr = err
}

func (x *exchange) bodyError() error {
	x.mu.Lock()
	defer x.mu.Unlock()
	return x.bodyErr
}

// report is the validators' Options.Report.
func (p *Proxy) report(r *http.Request, vs validate.Violations) {
	if r.Context().Err() != nil {
		return // the caller left: what was read of the message is no message
	}
	x := exchangeOf(r.Context())
	p.metrics.violated(x.operation, vs)
	if x.add(vs) {
		return
	}
	// the upstream answered before it had read the body
	p.o.Log.Warn("violations after the response", "request_id", accesslog.From(r.Context()).RequestID,
		"operation", x.operation, "violations", texts(vs))
}

// add tells whether the request's line in the log was still to come.
func (x *exchange) add(vs validate.Violations) bool {
	x.mu.Lock()
	defer x.mu.Unlock()
	if !x.ended {
		x.found = append(x.found, vs...)
	}
	return !x.ended
}

// end puts what was found into the request's line, and returns it.
func (x *exchange) end(call *accesslog.Entry) validate.Violations {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.ended = true
	call.Set("operation", x.operation)
	if len(x.found) > 0 {
		call.Set("violations", texts(x.found))
	}
	return x.found
}

// texts is the violations for the log: they quote no value.
func texts(vs validate.Violations) []string {
	list := make([]string, len(vs))
	for i, v := range vs {
		list[i] = v.Error()
	}
	return list
}
