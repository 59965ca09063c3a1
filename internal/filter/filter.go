package filter

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

// A Session has the values that filters compare. known is false if the session
// has no value in the field, or one that nobody can interpret.
type Session interface {
	// Text returns the value of a field whose Kind is Text, Letters, Address or
	// Boolean. An empty text is false to a Boolean, and any other is true.
	Text(field string) (value string, known bool)
	// Number returns the value of a field whose Kind is Number, Seconds or Size.
	Number(field string) (value int64, known bool)
}

// A Filter reports whether a session matches.
type Filter func(Session) bool

var (
	expressionForm = regexp.MustCompile(`(?s)^([A-Za-z_]+)([=!<>~]+)(.*)$`)

	errForm = errors.New("want FIELD OPERATOR VALUE, such as 'name=web-*' or 'idle>5m'; quote it, because the shell interprets > and *")
)

// Parse returns the filter that an expression describes.
func Parse(expression string) (Filter, error) {
	parts := expressionForm.FindStringSubmatch(expression)
	if parts == nil {
		return nil, errForm
	}
	f, err := FieldNamed(parts[1])
	if err != nil {
		return nil, err
	}
	op, value := parts[2], parts[3]
	holds, ok := operators[op]
	if !ok {
		return nil, fmt.Errorf(`unknown operator %s: the operators are = != < <= > >=; a value that begins with one of = ! < > ~ needs a \ before it`, op)
	}
	if strings.ContainsFunc(value, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || r == unicode.ReplacementChar
	}) {
		return nil, fmt.Errorf("the value %q contains a space or an unprintable character", value)
	}
	if f.IsNumeric() {
		return f.numberFilter(holds, value)
	}
	return f.textFilter(op, value)
}

// operators report whether an operator holds for two numbers that compare so.
var operators = map[string]func(order int) bool{
	"=":  func(order int) bool { return order == 0 },
	"!=": func(order int) bool { return order != 0 },
	"<":  func(order int) bool { return order < 0 },
	"<=": func(order int) bool { return order <= 0 },
	">":  func(order int) bool { return order > 0 },
	">=": func(order int) bool { return order >= 0 },
}

func (f *Field) numberFilter(holds func(order int) bool, value string) (Filter, error) {
	want, err := f.parseNumber(value)
	if err != nil {
		return nil, err
	}
	return func(s Session) bool {
		have, known := s.Number(f.Name)
		return known && holds(cmp.Compare(have, want))
	}, nil
}

func (f *Field) parseNumber(value string) (n int64, err error) {
	form := "a number"
	switch f.Kind {
	case Seconds:
		n, err = parseSeconds(value)
		form = "a time: 300 (seconds), 90s, 1h30m or 2d"
	case Size:
		n, err = parseSize(value)
		form = "a size: 4096 (bytes), 20K or 10M"
	default:
		digits := value
		if f.min < 0 {
			digits = strings.TrimPrefix(value, "-")
		}
		if _, err = parseDigits(digits); err == nil {
			n, err = strconv.ParseInt(value, 10, 64)
		}
	}
	if err != nil {
		return 0, fmt.Errorf("%q is not %s", value, form)
	}
	if n < f.min || n > f.max || value == "-0" {
		return 0, fmt.Errorf("%q is out of range: %s is %d to %d", value, f.Name, f.min, f.max)
	}
	return n, nil
}

func (f *Field) textFilter(op, value string) (Filter, error) {
	if op != "=" && op != "!=" {
		return nil, fmt.Errorf("%s supports only = and !=", f.Name)
	}
	if value == "" && !f.mayBeEmpty {
		return nil, fmt.Errorf("the value is missing: %s is never empty", f.Name)
	}
	matches, err := f.parseText(value)
	if err != nil {
		return nil, err
	}
	return func(s Session) bool {
		text, known := s.Text(f.Name)
		if !known {
			return false
		}
		is, known := matches(text)
		return known && is == (op == "=")
	}, nil
}

// A matcher reports whether the text of a field matches. known is false if the
// text cannot be interpreted.
type matcher func(text string) (matches, known bool)

// known returns the matcher of a field whose every text can be interpreted.
func known(matches func(text string) bool) matcher {
	return func(text string) (bool, bool) { return matches(text), true }
}

func (f *Field) parseText(value string) (matcher, error) {
	switch f.Kind {
	case Address:
		return parseAddress(value)
	case Letters:
		return f.parseLetters(value)
	case Boolean:
		if value != "true" && value != "false" {
			return nil, fmt.Errorf("%q is neither true nor false", value)
		}
		return known(func(text string) bool { return (text != "") == (value == "true") }), nil
	default:
		return f.parsePattern(value)
	}
}

func (f *Field) parsePattern(value string) (matcher, error) {
	fold := func(text string) string { return text }
	if f.Name == "cmd" {
		fold = strings.ToLower // servers write commands in lower case, but NULL if there is none
	}
	g, err := parseGlob(fold(value))
	if err != nil {
		return nil, fmt.Errorf("%w; * matches any characters, ? one character, [a-z] one of a range", err)
	}
	for _, part := range g {
		if !part.star && !part.matchesOneOf(f.chars) {
			return nil, fmt.Errorf("no %s can contain the characters of %q", f.Name, value)
		}
	}
	return known(func(text string) bool { return g.matches(fold(text)) }), nil
}

// parseLetters returns the matcher of a set of letters in any order; a * matches
// any others.
func (f *Field) parseLetters(value string) (matcher, error) {
	letters := strings.ReplaceAll(value, "*", "")
	for i, r := range letters {
		switch {
		case !strings.ContainsRune(f.letters, r):
			return nil, fmt.Errorf("%q is not a letter of %s: the letters are %s, and * matches any others", string(r), f.Name, f.letters)
		case strings.ContainsRune(letters[:i], r):
			return nil, fmt.Errorf("%q is repeated", string(r))
		case r == 'N' && letters != "N":
			return nil, errors.New("N means no flags, so it cannot be combined with other letters")
		}
	}
	others := strings.Contains(value, "*")
	return known(func(text string) bool {
		for _, r := range letters {
			if !strings.ContainsRune(text, r) {
				return false
			}
		}
		return others || len(text) == len(letters)
	}), nil
}
