package validate

import (
	"io"
	"net/http"
	"slices"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// maxViolations is how many are collected for one message.
const maxViolations = 16

// kinOptions makes kin-openapi look without touching: no defaults are written
// into a message, all that is wrong is told, and a body keeps its decoded value.
var kinOptions = &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true, KeepValidatedValue: true}

// A finding collects the violations of one message.
type finding struct {
	direction Direction
	v         *Validator
	op        *operation
	method    string        // of the request: HEAD may be of the operation of GET
	bad       int           // the status for a response that is refused
	decoded   io.ReadCloser // the request's body with its decoded value, where kin-openapi made one
	doubted   bool          // the compiled checks have said no of the body
	list      Violations
}

func (v *Validator) finding(d Direction, op *operation, method string) *finding {
	return &finding{direction: d, v: v, op: op, method: method, bad: http.StatusInternalServerError}
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
func (f *finding) accepts(m *media, body []byte) bool {
	return !f.doubted && m.program.JSON(body)
}

// checkJSON tells whether a body of JSON means the same to every parser. A body
// that does not is not shown to kin-openapi, which is one of them.
func (f *finding) checkJSON(m *media, body []byte) bool {
	if !m.json {
		return true
	}
	rule, pointer := scanJSON(body, m.shape)
	if rule != "" {
		f.add(InBody, pointer, rule, nil)
	}
	return rule == ""
}
