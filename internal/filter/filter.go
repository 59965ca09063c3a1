package main

import (
	"cmp"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A filter tells which sessions are meant.
type filter func(*session) bool

var filterForm = regexp.MustCompile(`(?s)^([A-Za-z_]+)([=!<>~]+)(.*)$`)

// parseFilters returns a filter that lets through what all of them do. What is
// not of the form that filterHelp has is refused: a typo selects nothing.
func parseFilters(expressions []string) (filter, error) {
	var all []filter
	for _, expression := range expressions {
		one, err := parseFilter(expression)
		if err != nil {
			return nil, usagef("--filter %q: %w", expression, err)
		}
		all = append(all, one)
	}
	return func(s *session) bool {
		for _, matches := range all {
			if !matches(s) {
				return false
			}
		}
		return true
	}, nil
}

func parseFilter(expression string) (filter, error) {
	parts := filterForm.FindStringSubmatch(expression)
	if parts == nil {
		return nil, usagef("it is not FIELD OPERATOR VALUE, as in 'name=web-*' or 'idle>5m'; in quotes, because the shell has its own use for > and *")
	}
	f, err := fieldNamed(parts[1])
	if err != nil {
		return nil, err
	}
	op, want := parts[2], parts[3]
	if !slices.Contains([]string{"=", "!=", "<", "<=", ">", ">="}, op) {
		return nil, usagef(`there is no operator %s; there are = != < <= > >=, and before a value that begins with one of = ! < > ~ comes a \`, op)
	}
	if strings.ContainsFunc(want, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar
	}) {
		return nil, usagef("the value %q has a blank in it, or a character that does not print", want)
	}
	if f.number != nil {
		return numberFilter(f, op, want)
	}
	if op != "=" && op != "!=" {
		return nil, usagef("%s takes = and != alone", f.name)
	}
	matches, err := f.parse(want)
	if err != nil {
		return nil, err
	}
	return func(s *session) bool {
		text, known := f.text(s)
		if !known {
			return false
		}
		is, known := matches(text)
		return known && is == (op == "=")
	}, nil
}

// A test tells whether a field's text is what is asked for, and whether that is
// known.
type test func(text string) (is, known bool)

func sure(is func(string) bool) test {
	return func(text string) (bool, bool) { return is(text), true }
}

// parse returns the test of a field that has a text.
func (f *field) parse(want string) (test, error) {
	if want == "" && !f.empty {
		return nil, usagef("the value is missing: %s is never empty", f.name)
	}
	switch f.kind {
	case address:
		return parseAddress(want)
	case letters:
		return f.parseLetters(want)
	case boolean:
		if want != "true" && want != "false" {
			return nil, usagef("%q is not true or false", want)
		}
		return sure(func(text string) bool { return (text != "") == (want == "true") }), nil
	default:
		return f.parseText(want)
	}
}

func (f *field) parseText(want string) (test, error) {
	fold := func(text string) string { return text }
	if f.name == "cmd" {
		fold = strings.ToLower // servers write commands so, but NULL for none
	}
	g, err := parseGlob(fold(want))
	if err != nil {
		return nil, usagef("%w; * stands for anything, ? for one character, [a-z] for one of these", err)
	}
	for _, part := range g {
		if !part.star && !part.takesOneOf(f.takes) {
			return nil, usagef("no %s has the characters of %q", f.name, want)
		}
	}
	return sure(func(text string) bool { return g.matches(fold(text)) }), nil
}

// takesOneOf reports whether p takes a character that a field can have.
func (p globPart) takesOneOf(has func(rune) bool) bool {
	if len(p.ranges) == 1 && p.ranges[0][0] == p.ranges[0][1] && !p.not {
		return has(p.ranges[0][0])
	}
	if p.not {
		for r := '!'; r <= '~'; r++ {
			if has(r) && p.takes(r) {
				return true
			}
		}
		return false
	}
	for _, of := range p.ranges {
		for r := of[0]; r <= of[1]; r++ {
			if has(r) {
				return true
			}
		}
	}
	return false
}

// parseLetters takes letters in any order, and * for any others.
func (f *field) parseLetters(want string) (test, error) {
	asked := strings.ReplaceAll(want, "*", "")
	for i, r := range asked {
		switch {
		case !strings.ContainsRune(f.mayBe, r):
			return nil, usagef("%q is none of the letters of %s, which are %s; * stands for any others", string(r), f.name, f.mayBe)
		case strings.ContainsRune(asked[:i], r):
			return nil, usagef("%q is given twice", string(r))
		case r == 'N' && asked != "N":
			return nil, usagef("N is for no flags: it has no others with it")
		}
	}
	others := strings.Contains(want, "*")
	return sure(func(text string) bool {
		for _, r := range asked {
			if !strings.ContainsRune(text, r) {
				return false
			}
		}
		return others || len(text) == len(asked)
	}), nil
}

func numberFilter(f *field, op, want string) (filter, error) {
	var n int64
	var err error
	form := "a number"
	switch f.kind {
	case seconds:
		n, err = parseSeconds(want)
		form = "a time: 300 (seconds), 90s, 1h30m or 2d"
	case size:
		n, err = parseSize(want)
		form = "a size: 4096 (bytes), 20K or 10M"
	default:
		digits := want
		if f.min < 0 {
			digits = strings.TrimPrefix(want, "-")
		}
		if _, err = parseDigits(digits); err == nil {
			n, err = strconv.ParseInt(want, 10, 64)
		}
	}
	if err != nil {
		return nil, usagef("%q is not %s", want, form)
	}
	if n < f.min || n > f.max || want == "-0" {
		return nil, usagef("%q is not %d to %d, as %s is", want, f.min, f.max, f.name)
	}
	fits := map[string]func(order int) bool{
		"=":  func(order int) bool { return order == 0 },
		"!=": func(order int) bool { return order != 0 },
		"<":  func(order int) bool { return order < 0 },
		"<=": func(order int) bool { return order <= 0 },
		">":  func(order int) bool { return order > 0 },
		">=": func(order int) bool { return order >= 0 },
	}[op]
	return func(s *session) bool {
		have, known := f.number(s)
		return known && fits(cmp.Compare(have, n))
	}, nil
}
