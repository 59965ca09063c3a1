package proxy

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// statusCallerGone is the status in the log and in the metrics if the caller left
// before the response. No caller receives it. The number is nginx's.
const statusCallerGone = 499

var (
	errRefused = errors.New("upstream: the response violates the contract")
	errBudget  = errors.New("the body budget is used up")
	errStalled = errors.New("upstream: the response stalled before its end")
)

// onFailure writes the response if the request or its response was not forwarded.
// The cause of an upstream's failure goes to the log alone.
func (c *contract) onFailure(w http.ResponseWriter, r *http.Request, err error) {
	entry, state := accesslog.From(r.Context()), stateOf(r.Context())
	vs := validate.AsViolations(err)
	bodyErr := state.bodyError()
	if vs != nil {
		state.refused = vs[0].Direction
	}
	switch {
	case isTimeout(bodyErr): // it cancels the context too
		entry.Err = fmt.Errorf("caller: %w", bodyErr)
		writeProblem(w, r, http.StatusRequestTimeout, "the request body took too long")
	case r.Context().Err() != nil:
		w.WriteHeader(statusCallerGone)
	case state.stalled.Load():
		state.refused = ""
		entry.Err = errStalled
		writeProblem(w, r, http.StatusGatewayTimeout, "the upstream did not complete its response in time")
	case vs != nil:
		switch {
		case vs[0].Rule == validate.RuleBodyBudget:
			entry.Err = errBudget
		case state.refused == validate.Response:
			entry.Err = errRefused
		}
		w.Header().Set("X-Request-Id", entry.RequestID)
		c.validator.ErrorHandler(w, r, vs)
	case bodyErr != nil:
		entry.Err = fmt.Errorf("caller: %w", bodyErr)
		writeProblem(w, r, http.StatusBadRequest, "the request body could not be read to its end")
	case isTimeout(err):
		entry.Err = fmt.Errorf("upstream: %w", err)
		writeProblem(w, r, http.StatusGatewayTimeout, "the upstream did not respond in time")
	default:
		entry.Err = fmt.Errorf("upstream: %w", err)
		writeProblem(w, r, http.StatusBadGateway, "the upstream could not be reached, or its response could not be read")
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}
