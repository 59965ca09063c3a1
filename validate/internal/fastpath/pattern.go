package fastpath

import (
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"
)

// A pattern is a regular expression, anchored only where it says so.
type pattern struct {
	auto   *automaton // nil: the expression has none
	regexp *regexp.Regexp
}

// codepoints are the escapes of ECMAScript that kin-openapi rewrites for Go.
var codepoints = regexp.MustCompile(`\\u([0-9A-F]{4})`)

// compilePattern returns nil for an expression that Go does not know.
func compilePattern(expression string) *pattern {
	expression = codepoints.ReplaceAllString(expression, `\x{$1}`)
	re, err := regexp.Compile(expression)
	if err != nil {
		return nil
	}
	return &pattern{compileAutomaton(expression), re}
}

// isKins tells whether kin-openapi matches the pattern as Go does. It keeps
// compiled patterns process-wide by their text, and another owner's compiler may
// have been first. Its verdicts are seen on strings that the automaton accepts.
func (p *pattern) isKins(expression string) bool {
	schema := &openapi3.Schema{Pattern: expression}
	samples := []string{"", "a", "0", "é"}
	if p.auto != nil {
		samples = append(samples, p.auto.samples()...)
	}
	for _, sample := range samples {
		if p.regexp.MatchString(sample) != (schema.VisitJSON(sample) == nil) {
			return false
		}
	}
	return true
}

// match tells whether the pattern is found in value, which is valid UTF-8.
func match[T chars](p *pattern, value T) bool {
	if p.auto != nil {
		if matches, ok := runOver(p.auto, value); ok {
			return matches
		}
	}
	switch value := any(value).(type) {
	case string:
		return p.regexp.MatchString(value)
	case []byte:
		return p.regexp.Match(value)
	}
	return false
}
