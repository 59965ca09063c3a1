package validate

import (
	"context"
	"errors"
	"net/http"
	"slices"
)

// maxViolations is how many are collected for one message.
const maxViolations = 16

// A finding collects the violations of one message.
type finding struct {
	direction Direction
	v         *Validator
	op        *operation
	method    string  // of the request: HEAD may be of the operation of GET
	bad       int     // the status for a response that is refused
	charge    *charge // of the message
	observed  bool    // nobody waits for it
	doubted   bool    // the compiled checks have said no of the body
	list      Violations
}

func (v *Validator) finding(d Direction, op *operation, method string, c *charge) *finding {
	return &finding{direction: d, v: v, op: op, method: method, charge: c, bad: http.StatusInternalServerError}
}

func (f *finding) add(where Where, pointer, rule string, err error) {
	same := func(v *Violation) bool { return v.Where == where && v.Pointer == pointer && v.Rule == rule }
	if len(f.list) == maxViolations || slices.ContainsFunc(f.list, same) { // two parts of a schema may say the same
		return
	}
	f.list = append(f.list, &Violation{
		Direction: f.direction, OperationID: f.op.id, Method: f.method, Path: f.op.path,
		Where: where, Pointer: pointer, Rule: rule, Status: f.status(rule),
		Message: messageOf(rule), Err: err,
	})
}

// violations are those of a finding that may not have been made.
func (f *finding) violations() Violations {
	if f == nil {
		return nil
	}
	return f.list
}

func (f *finding) status(rule string) int {
	switch {
	case rule == RuleBodyBudget, rule == RuleInterrupted:
		return http.StatusServiceUnavailable
	case f.direction == Response:
		return f.bad
	case rule == RuleSecurity:
		return http.StatusUnauthorized
	case rule == RuleBodyTooLarge:
		return http.StatusRequestEntityTooLarge
	case rule == RuleContentType, rule == RuleContentEncoding:
		return http.StatusUnsupportedMediaType
	default:
		return http.StatusBadRequest
	}
}

// accepts tells whether a body is good by the compiled checks, where they have
// not been asked before.
func (f *finding) accepts(m *media, body string) bool {
	return !f.doubted && m.program.JSONString(body)
}

// lookInto waits until the body may be looked into; done is nil, with a violation,
// where it may not.
func (f *finding) lookInto(ctx context.Context, body string) (done func()) {
	wait := waitEnforced
	if f.observed {
		wait = waitObserved
	}
	done, err := f.v.budget.lookInto(ctx, len(body), wait)
	switch {
	case errors.Is(err, errBudget):
		f.add(InBody, "", RuleBodyBudget, err)
	case err != nil:
		f.add(InBody, "", RuleInterrupted, err)
	}
	return done
}

// checkJSON looks at a body of JSON: whether it means the same to every parser,
// and, if so, what its schema says.
func (f *finding) checkJSON(ctx context.Context, m *media, body string) {
	if rule, pointer := scanJSON(ctx, body, m.shape); rule != "" {
		f.add(InBody, pointer, rule, ctx.Err())
		return
	}
	if m.judge != nil {
		f.judge(ctx, InBody, "", m.judge, body)
	}
}
