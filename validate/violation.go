package validate

import (
	"fmt"
	"net/http"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/rule"
)

// A Direction says which of the two messages has a violation.
type Direction string

// The two directions.
const (
	Request  Direction = "request"
	Response Direction = "response"
)

// A Location is the part of a message that has a violation. Those of parameters are
// OpenAPI's values of "in".
type Location string

// The locations.
const (
	InPath   Location = "path"
	InQuery  Location = "query"
	InHeader Location = "header"
	InCookie Location = "cookie"
	InBody   Location = "body"
	InStatus Location = "status"
)

// A Violation is one thing in one message that the contract does not allow.
type Violation struct {
	Direction   Direction
	OperationID string // empty when no operation matches
	Method      string // of the request
	Path        string // the contract's template, empty when no operation matches
	In          Location
	Pointer     string // RFC 6901: into the body, or "/name" of a parameter or header
	Rule        Rule   // a schema keyword, or one of the Rule constants
	Status      int    // the HTTP status that fits: 502 if Transport refuses a response
	Allow       string // of RuleMethod: the methods that the path has

	// Message may be shown to the caller: it quotes neither the schema nor a
	// value.
	Message string

	// Err is for the log alone, because its text may quote the schema and the
	// value. It is nil if Message says all.
	Err error
}

// Error returns Message and the place. It never quotes a value.
func (v *Violation) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", v.Direction, v.In)
	if v.Pointer != "" {
		fmt.Fprintf(&b, " at %s", v.Pointer)
	}
	fmt.Fprintf(&b, ": %s (%s)", v.Message, v.Rule)
	return b.String()
}

// Unwrap returns Err, so that errors.As finds the error of Authenticate.
func (v *Violation) Unwrap() error { return v.Err }

// Violations are those of one message, at least one when they are an error.
// errors.As finds each *Violation in them.
type Violations []*Violation

// Error joins the violations' texts.
func (vs Violations) Error() string {
	texts := make([]string, len(vs))
	for i, v := range vs {
		texts[i] = v.Error()
	}
	return strings.Join(texts, "; ")
}

// Unwrap returns the single violations.
func (vs Violations) Unwrap() []error {
	errs := make([]error, len(vs))
	for i, v := range vs {
		errs[i] = v
	}
	return errs
}

// violations returns what was found in a message of the operation, nil if nothing
// was. method is the request's: HEAD may have the operation of GET.
func (op *operation) violations(d Direction, method string, found []rule.Violation) Violations {
	return op.violationsOf(d, method, found, http.StatusInternalServerError)
}

// upstreamViolations is violations for another server's response.
func (op *operation) upstreamViolations(method string, found []rule.Violation) Violations {
	return op.violationsOf(Response, method, found, http.StatusBadGateway)
}

func (op *operation) violationsOf(d Direction, method string, found []rule.Violation, badResponse int) Violations {
	if len(found) == 0 {
		return nil
	}
	vs := make(Violations, len(found))
	for i, one := range found {
		vs[i] = &Violation{
			Direction: d, OperationID: op.ID, Method: method, Path: op.Path,
			In: Location(one.In), Pointer: one.Pointer, Rule: Rule(one.Rule),
			Status: statusOf(d, one.Rule, badResponse), Message: messageOf(one.Rule), Err: one.Err,
		}
	}
	return vs
}

// statusOf returns the HTTP status that fits a violation.
func statusOf(d Direction, broken string, badResponse int) int {
	switch {
	case broken == rule.BodyBudget, broken == rule.Interrupted:
		return http.StatusServiceUnavailable
	case d == Response:
		return badResponse
	case broken == rule.Security:
		return http.StatusUnauthorized
	case broken == rule.BodyTooLarge:
		return http.StatusRequestEntityTooLarge
	case broken == rule.ContentType, broken == rule.ContentEncoding:
		return http.StatusUnsupportedMediaType
	default:
		return http.StatusBadRequest
	}
}
