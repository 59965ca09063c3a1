package validate

import (
	"fmt"
	"strings"
)

// Direction tells which of the two messages a violation was found in.
type Direction string

// The two directions.
const (
	Request  Direction = "request"
	Response Direction = "response"
)

// Where tells which part of a message a violation was found in.
type Where string

// The parts of a message.
const (
	InPath   Where = "path"
	InQuery  Where = "query"
	InHeader Where = "header"
	InCookie Where = "cookie"
	InBody   Where = "body"
	InStatus Where = "status"
)

// A Violation is one thing in one message that the contract does not allow.
type Violation struct {
	Direction   Direction
	OperationID string // empty when no operation matches
	Method      string // of the request
	Path        string // the contract's template, empty when no operation matches
	Where       Where
	Pointer     string // RFC 6901: into the body, or "/name" of a parameter or header
	Rule        string // a schema keyword, or one of the Rule constants
	Status      int    // the HTTP status that answers it: 502 where Transport refuses a response
	Allow       string // of RuleMethod: the methods that the path takes

	// Message may be shown to the caller: it holds nothing of the schema and
	// no value.
	Message string

	// Err is for the log alone: its text may quote the schema and the value.
	// It is nil where Message says all there is.
	Err error
}

// Error returns what Message says, and where; it never quotes a value.
func (v *Violation) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s %s", v.Direction, v.Where)
	if v.Pointer != "" {
		fmt.Fprintf(&b, " at %s", v.Pointer)
	}
	fmt.Fprintf(&b, ": %s (%s)", v.Message, v.Rule)
	return b.String()
}

// Unwrap returns Err, so that errors.As finds what Authenticate returned.
func (v *Violation) Unwrap() error { return v.Err }

// Violations is what was found in one message, never empty when used as an
// error. errors.As finds each *Violation in it.
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
