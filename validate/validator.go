package validate

import (
	"fmt"
	"net/http"
	"net/url"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/body"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/check"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/contract"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// A Validator holds one contract, compiled. It is safe for concurrent use.
type Validator struct {
	contract   *contract.Contract
	operations []*operation // as in the contract
	modes      modes        // of requests of no operation
	options    Options
	budget     *body.Budget
	drift      driftCounter
}

// An operation is the checks of an operation, and its modes.
type operation struct {
	*check.Operation
	modes modes
}

// An Operation names an operation of the contract.
type Operation struct {
	ID     string // the operationId; empty if it has none
	Method string
	Path   string // the template
}

func (op *operation) public() Operation { return Operation{op.ID, op.Method, op.Path} }

// New compiles an OpenAPI 3.0 contract, JSON or YAML. It returns an error for
// a contract that is not valid, that refers to other files, or that is not 3.0.
func New(document []byte, o Options) (*Validator, error) {
	v, err := newValidator(document, o)
	if err != nil {
		return nil, fmt.Errorf("validate: %w", err)
	}
	return v, nil
}

func newValidator(document []byte, o Options) (*Validator, error) {
	o, err := o.withDefaults()
	if err != nil {
		return nil, err
	}
	v := &Validator{options: o, budget: body.NewBudget(o.BodyBudget)}
	if v.contract, err = contract.New(document, o.BasePath); err != nil {
		return nil, err
	}
	checker, err := check.New(v.contract, check.Options{
		MaxRequestBody: o.MaxRequestBody, MaxResponseBody: o.MaxResponseBody,
		DecodeGzip: o.DecodeGzip, Budget: v.budget, NoFastPath: o.Engine == EngineReference,
	}, o.BodyTypes)
	if err != nil {
		return nil, err
	}
	for _, op := range checker.Operations {
		v.operations = append(v.operations, &operation{Operation: op})
	}
	v.SetMode(Request, o.Request)
	v.SetMode(Response, o.Response)
	return v, nil
}

// find returns the operation that method and u name, or else the violation. The
// decoded path values are appended to into.
func (v *Validator) find(method string, u *url.URL, into []string) (*operation, contract.PathValues, Violations) {
	op, path, miss := v.contract.Find(method, u, into)
	switch {
	case op != nil:
		return v.operations[op.Index], path, nil
	case miss.Path == "":
		return nil, path, Violations{{
			Direction: Request, Method: method, In: InPath,
			Rule: RuleRoute, Status: http.StatusNotFound, Message: messageOf(rule.Route),
		}}
	default:
		return nil, path, Violations{{
			Direction: Request, Method: method, Path: miss.Path, In: InPath,
			Rule: RuleMethod, Status: http.StatusMethodNotAllowed, Message: messageOf(rule.Method), Allow: miss.Allow,
		}}
	}
}

// routed calls Options.Routed.
func (v *Validator) routed(r *http.Request, op *operation) {
	if v.options.Routed != nil {
		v.options.Routed(r, op.public())
	}
}
