// Package rule names what a message can violate, and collects the violations of
// one message.
//
//	var found rule.Collector
//	found.Add(rule.InBody, "/name", "pattern", err)
//	for _, v := range found.List { … }
//
// It does not say which HTTP status or which text answers a violation: the
// package validate does.
package rule

import "slices"

// Rules that are not keywords of a schema. A violation of a keyword has the
// keyword as its rule.
const (
	Route           = "route"
	Method          = "method"
	Security        = "security"
	ContentType     = "content-type"
	ContentEncoding = "content-encoding"
	QuerySyntax     = "query-syntax"
	EmptyValue      = "empty-value"
	Repeated        = "repeated"
	Decode          = "decode"
	Required        = "required"
	Type            = "type"
	BodyTooLarge    = "body-too-large"
	BodyRead        = "body-read"
	BodyBudget      = "body-budget"
	BodyUndeclared  = "body-undeclared"
	Status          = "status"
	Work            = "work"
	Interrupted     = "interrupted"

	JSONSyntax       = "json-syntax"
	JSONTrailingData = "json-trailing-data"
	JSONDuplicateKey = "json-duplicate-key"
	JSONKeyCase      = "json-key-case"
	JSONUTF8         = "json-utf8"
	JSONSurrogate    = "json-surrogate"
	JSONNUL          = "json-nul"
	JSONNumber       = "json-number"
	JSONDepth        = "json-depth"
)

// The parts of a message that a violation is in; those of parameters are
// OpenAPI's values of "in".
const (
	InPath   = "path"
	InQuery  = "query"
	InHeader = "header"
	InBody   = "body"
	InStatus = "status"
)

// A Violation is one thing in a message that the contract does not allow.
type Violation struct {
	In      string // the part of the message
	Pointer string // RFC 6901: into the body, or "/name" of a parameter or header
	Rule    string
	Err     error // for a log; nil where the rule says all
}

// MaxViolations is how many violations are collected for one message.
const MaxViolations = 16

// A Collector collects the violations of one message. Its zero value is empty.
type Collector struct{ List []Violation }

// Add adds a violation, unless the list has it already, because two parts of a
// schema may say the same, or is full.
func (c *Collector) Add(in, pointer, rule string, err error) {
	isSame := func(v Violation) bool { return v.In == in && v.Pointer == pointer && v.Rule == rule }
	if len(c.List) == MaxViolations || slices.ContainsFunc(c.List, isSame) {
		return
	}
	c.List = append(c.List, Violation{in, pointer, rule, err})
}
