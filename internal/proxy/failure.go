package proxy

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"

	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/validate"
)

// statusCallerGone is the log's and the metrics' status of a call whose caller
// did not wait; nobody gets it. nginx has coined it.
const statusCallerGone = 499

var (
	errRefused = errors.New("upstream: its response does not keep to the contract")
	errBudget  = errors.New("the bodies that are held have used up the body budget")
	errLate    = errors.New("upstream: its response stopped in the middle")
)

// failed answers for a request that was not passed on, or whose response was
// not. What went wrong with the upstream is the log's alone.
func (c *contract) failed(w http.ResponseWriter, r *http.Request, err error) {
	call, x := accesslog.From(r.Context()), exchangeOf(r.Context())
	vs := validate.AsViolations(err)
	bodyErr := x.bodyError()
	if vs != nil {
		x.refused = vs[0].Direction
	}
	switch {
	case isTimeout(bodyErr): // it ends the context too
		call.Err = fmt.Errorf("caller: %w", bodyErr)
		writeProblem(w, r, http.StatusRequestTimeout, "the request's body took too long")
	case r.Context().Err() != nil:
		w.WriteHeader(statusCallerGone)
	case x.late.Load():
		x.refused = ""
		call.Err = errLate
		writeProblem(w, r, http.StatusGatewayTimeout, "the upstream did not finish its answer in time")
	case vs != nil:
		switch {
		case vs[0].Rule == validate.RuleBodyBudget:
			call.Err = errBudget
		case x.refused == validate.Response:
			call.Err = errRefused
		}
		w.Header().Set("X-Request-Id", call.RequestID)
		c.validator.ErrorHandler(w, r, vs)
	case bodyErr != nil:
		call.Err = fmt.Errorf("caller: %w", bodyErr)
		writeProblem(w, r, http.StatusBadRequest, "the request's body could not be read to its end")
	case isTimeout(err):
		call.Err = fmt.Errorf("upstream: %w", err)
		writeProblem(w, r, http.StatusGatewayTimeout, "the upstream did not answer in time")
	default:
		call.Err = fmt.Errorf("upstream: %w", err)
		writeProblem(w, r, http.StatusBadGateway, "the upstream could not be reached, or its answer could not be read")
	}
}

func isTimeout(err error) bool {
	var timeout net.Error
	return errors.As(err, &timeout) && timeout.Timeout() || errors.Is(err, context.DeadlineExceeded)
}

func panicked(w http.ResponseWriter, r *http.Request) {
	writeProblem(w, r, http.StatusInternalServerError, "the proxy failed")
}

const problemType = "application/problem+json"

// A problem is RFC 9457 problem details, as validate writes them.
type problem struct {
	Title     string `json:"title"`
	Status    int    `json:"status"`
	Detail    string `json:"detail"`
	RequestID string `json:"request_id,omitempty"`
}

func writeProblem(w http.ResponseWriter, r *http.Request, status int, detail string) {
	id := accesslog.From(r.Context()).RequestID
	if id != "" { // none on the admin address
		w.Header().Set("X-Request-Id", id)
	}
	w.Header().Set("Content-Type", problemType)
	w.WriteHeader(status)
	_ = json.NewEncoder(w).Encode(problem{http.StatusText(status), status, detail, id})
}
