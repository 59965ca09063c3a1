package main

import (
	"cmp"
	"net/netip"
	"path"
	"regexp"
	"strconv"
	"strings"
)

// A filter tells which sessions are meant.
type filter func(*session) bool

var filterForm = regexp.MustCompile(`^([a-z_]+)(==|!=|>=|<=|=|>|<)(.*)$`)

// parseFilters returns a filter that lets through what all of them do.
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
		return nil, usagef("it is not FIELD OPERATOR VALUE, as in 'name=web-*' or 'idle>5m'; in quotes, for the shell has its own use for > and *")
	}
	f, err := fieldNamed(parts[1])
	if err != nil {
		return nil, err
	}
	op, want := parts[2], parts[3]
	if f.kind != text && f.kind != address {
		return numberFilter(f, op, want)
	}
	var matches func(string) bool
	switch {
	case strings.HasPrefix(want, "~"):
		return nil, usagef("there are no regular expressions, but * and ?")
	case f.kind == address:
		matches, err = addressPattern(want)
	default:
		matches, err = textPattern(f, want)
	}
	if err != nil {
		return nil, usagef("the pattern is malformed; * stands for anything, ? for one character, [a-z] for one of these")
	}
	switch op {
	case "=", "==":
		return func(s *session) bool { return matches(f.text(s)) }, nil
	case "!=":
		return func(s *session) bool { return !matches(f.text(s)) }, nil
	default:
		return nil, usagef("%s takes = and != alone", f.name)
	}
}

// glob is path.Match with * and ? for any character: a name may have a slash.
func glob(pattern string) (func(string) bool, error) {
	noSlash := strings.NewReplacer("/", "\x00")
	pattern = noSlash.Replace(pattern)
	_, err := path.Match(pattern, "")
	return func(text string) bool {
		ok, _ := path.Match(pattern, noSlash.Replace(text))
		return ok
	}, err
}

func textPattern(f *field, want string) (func(string) bool, error) {
	if f.name == "cmd" {
		want = strings.ToLower(want) // as servers write commands
	}
	return glob(want)
}

// addressPattern takes a network, or a pattern of ip:port or ip, in which
// brackets are those of IPv6.
func addressPattern(want string) (func(string) bool, error) {
	if network, err := netip.ParsePrefix(want); err == nil {
		return func(text string) bool { return network.Contains(parsePeer(text).Addr()) }, nil
	}
	matches, err := glob(strings.ReplaceAll(want, "[", `\[`))
	return func(text string) bool {
		return matches(text) || matches(parsePeer(text).Addr().String())
	}, err
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
		n, err = strconv.ParseInt(want, 10, 64)
	}
	if err != nil {
		return nil, usagef("%q is not %s", want, form)
	}
	fits := map[string]func(order int) bool{
		"=":  func(order int) bool { return order == 0 },
		"==": func(order int) bool { return order == 0 },
		"!=": func(order int) bool { return order != 0 },
		"<":  func(order int) bool { return order < 0 },
		"<=": func(order int) bool { return order <= 0 },
		">":  func(order int) bool { return order > 0 },
		">=": func(order int) bool { return order >= 0 },
	}[op]
	return func(s *session) bool { return fits(cmp.Compare(f.number(s), n)) }, nil
}
