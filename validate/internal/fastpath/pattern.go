package fastpath

import (
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/dfa"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// A pattern is a compiled regular expression. It matches anywhere unless it is
// anchored.
type pattern struct {
	dfa    *dfa.DFA // nil: the regexp decides alone
	regexp *regexp.Regexp
}

// codePoints are the escapes of ECMAScript that kin-openapi rewrites for Go.
var codePoints = regexp.MustCompile(`\\u([0-9A-F]{4})`)

// compilePattern returns nil for an expression that Go does not know.
func compilePattern(expression string) *pattern {
	expression = codePoints.ReplaceAllString(expression, `\x{$1}`)
	re, err := regexp.Compile(expression)
	if err != nil {
		return nil
	}
	return &pattern{dfa.Compile(expression), re}
}

// matchesReference reports whether kin-openapi matches the expression as Go does.
// kin-openapi caches compiled patterns for the whole process, so a program that
// sets its own compiler may have compiled this one first. Texts that the DFA
// accepts show which compiler it was.
func (p *pattern) matchesReference(expression string) bool {
	schema := &openapi3.Schema{Pattern: expression}
	samples := []string{"", "a", "0", "é"}
	if p.dfa != nil {
		samples = append(samples, p.dfa.Samples()...)
	}
	for _, sample := range samples {
		if p.regexp.MatchString(sample) != (schema.VisitJSON(sample) == nil) {
			return false
		}
	}
	return true
}

// match reports whether the pattern matches value, which is valid UTF-8.
func match[T jsontoken.Text](p *pattern, value T) bool {
	if p.dfa != nil {
		if matches, ok := dfa.Match(p.dfa, value); ok {
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
