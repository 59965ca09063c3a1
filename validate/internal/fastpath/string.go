package fastpath

import (
	"regexp"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/dcs-sessions/dcs-sessions/validate/internal/dfa"
	"github.com/dcs-sessions/dcs-sessions/validate/internal/jsontoken"
)

// A stringRule is what a schema requires of strings.
type stringRule struct {
	min, max int      // in characters, as kin-openapi counts them: an emoji is one
	enum     *enumSet // nil: no enum
	patterns []*pattern
	isDate   bool // the string begins with a date, whose day its month must have
}

// lengthOnly reports whether only the length of a string matters.
func (r *stringRule) lengthOnly() bool { return r.enum == nil && r.patterns == nil }

// string reads the JSON string that starts at i. If bound is set, a string with
// escapes falls back, because bound strings alias the text.
func (s *scanner[T]) string(r *stringRule, i int, bound bool) int {
	if len(r.patterns) > 0 && r.patterns[0].dfa != nil {
		return s.matchedString(r, i)
	}
	return s.checkedString(r, i, bound)
}

// matchedString reads a string and matches its first pattern in one pass, as
// long as the string is plain ASCII.
func (s *scanner[T]) matchedString(r *stringRule, i int) int {
	end, matches := dfa.MatchQuoted(r.patterns[0].dfa, s.text, i+1)
	if end == len(s.text) {
		return fallback
	}
	if s.text[end] != '"' { // an escape, or not ASCII: the pattern's regexp has to decide
		return s.checkedString(r, i, true)
	}
	length := end - i - 1
	if !matches || length < r.min || length > r.max {
		return fallback
	}
	if (len(r.patterns) > 1 || r.enum != nil || r.isDate) && !allows(r, s.text[i+1:end], length) {
		return fallback
	}
	return end + 1
}

// checkedString reads any string to its end, and then checks it.
func (s *scanner[T]) checkedString(r *stringRule, i int, bound bool) int {
	end, length, escaped := s.quoted(i)
	if end < 0 || length < r.min || length > r.max || escaped && (bound || !r.lengthOnly()) {
		return fallback
	}
	if !r.lengthOnly() && !allows(r, s.text[i+1:end-1], length) {
		return fallback
	}
	return end
}

// allows reports whether the rule allows a decoded string of valid UTF-8 with
// length characters.
func allows[T jsontoken.Text](r *stringRule, value T, length int) bool {
	if length < r.min || length > r.max || r.enum != nil && !contains(r.enum, value) {
		return false
	}
	for _, p := range r.patterns {
		if !match(p, value) {
			return false
		}
	}
	return !r.isDate || isDay(value)
}

// An enumSet holds the strings of an enum. A short list is compared one by one, a
// long one is looked up.
type enumSet struct {
	list []string
	set  map[string]struct{} // nil: list is short
}

func newEnumSet(enum []any) *enumSet {
	const maxList = 12
	e := &enumSet{}
	for _, v := range enum {
		if value, ok := v.(string); ok {
			e.list = append(e.list, value)
		}
	}
	if len(e.list) > maxList {
		e.set = make(map[string]struct{}, len(e.list))
		for _, value := range e.list {
			e.set[value] = struct{}{}
		}
	}
	return e
}

func contains[T jsontoken.Text](e *enumSet, value T) bool {
	if e.set != nil {
		_, ok := e.set[string(value)]
		return ok
	}
	for _, one := range e.list {
		if string(value) == one {
			return true
		}
	}
	return false
}

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
