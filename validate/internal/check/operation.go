package check

import (
	"net/http"
	"reflect"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/contract"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/fastpath"
)

// An Operation is the compiled checks of one operation.
type Operation struct {
	*contract.Operation

	checker    *Checker
	parameters []parameter
	content    *content // of the request's body; nil: none is declared
	responses  map[int]*response
	fallback   *response // of statuses that are not in responses, or nil

	newBody func() any       // what the request's body is bound to, or nil
	binder  *fastpath.Binder // nil: it is not bound
}

// A response is one declared response.
type response struct {
	headers []header
	content *content
}

func (cp *compiler) operation(declared *contract.Operation) *Operation {
	op := &Operation{Operation: declared, responses: map[int]*response{}}
	for _, p := range declared.Parameters {
		op.parameters = append(op.parameters, cp.parameter(p))
	}
	if declared.Body != nil {
		op.content = cp.content(declared.Body.Content, fastpath.Request)
	}
	made := map[*openapi3.Response]*response{}
	for _, ref := range declared.Responses.Map() {
		made[ref.Value] = &response{cp.headers(ref.Value.Headers), cp.content(ref.Value.Content, fastpath.Response)}
	}
	for status := 100; status <= 599; status++ { // the status itself, else its range (4XX)
		if ref := declared.Responses.Status(status); ref != nil {
			op.responses[status] = made[ref.Value]
		}
	}
	if ref := declared.Responses.Default(); ref != nil {
		op.fallback = made[ref.Value]
	}
	return op
}

// bind makes the request's body bound to new values of a type, if there is one
// declaration of it alone: a type is made for one.
func (op *Operation) bind(newBody func() any, t reflect.Type) {
	if op.content == nil {
		return
	}
	if m := op.content.only(); m != nil {
		op.newBody, op.binder = newBody, m.program.Binder(t)
	}
}

// response returns what the contract declares for a status, nil if there is nothing.
func (op *Operation) response(status int) *response {
	if r := op.responses[status]; r != nil {
		return r
	}
	if status < 100 || status > 599 {
		return nil
	}
	return op.fallback
}

// isSwitching reports whether a status hands the connection over to another
// protocol.
func isSwitching(status int) bool { return status == http.StatusSwitchingProtocols }
