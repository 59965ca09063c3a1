package validate

import (
	"net/http"
	"strings"

	"github.com/getkin/kin-openapi/openapi3filter"
)

// maxViolations is how many are collected for one message.
const maxViolations = 16

// kinOptions makes kin-openapi look without touching: no defaults are written
// into a message, and all that is wrong is told.
var kinOptions = &openapi3filter.Options{MultiError: true, SkipSettingDefaults: true}

// A finding collects the violations of one message.
type finding struct {
	direction Direction
	op        *operation
	list      Violations
}

func (f *finding) add(where Where, pointer, rule string, err error) {
	if len(f.list) == maxViolations {
		return
	}
	f.list = append(f.list, &Violation{
		Direction: f.direction, OperationID: f.op.id, Method: f.op.method, Path: f.op.path,
		Where: where, Pointer: pointer, Rule: rule, Status: f.status(rule),
		Message: messageOf(rule), Err: err,
	})
}

func (f *finding) status(rule string) int {
	switch {
	case f.direction == Response:
		return http.StatusInternalServerError
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

// isIdentity tells whether the bytes of a body are the message itself.
func isIdentity(h http.Header) bool {
	for _, value := range h.Values("Content-Encoding") {
		for coding := range strings.SplitSeq(value, ",") {
			if coding = strings.TrimSpace(coding); coding != "" && !strings.EqualFold(coding, "identity") {
				return false
			}
		}
	}
	return true
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
