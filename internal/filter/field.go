package main

import (
	"cmp"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"
)

// A kind is how a field is written, compared and filtered.
type kind int

const (
	text    kind = iota
	letters      // a set of them, in any order
	address      // ip:port
	boolean
	number
	seconds
	size // bytes
)

// A field of a session, for columns, --sort and --filter alike. Its functions
// report whether the session has a value there that is known: a filter takes
// none whose value is not.
type field struct {
	name   string
	kind   kind
	text   func(*session) (string, bool) // of text, letters, address and boolean
	number func(*session) (int64, bool)  // of the others

	// what a filter may ask for
	takes    func(rune) bool // the characters of text
	mayBe    string          // the letters
	empty    bool            // the text or the letters may be none
	min, max int64           // of a number
}

// knownFlags are all that CLIENT LIST of Redis and Valkey may have.
const knownFlags = "AbBcdeEgiIMNOPrRStTuUx"

// fields are all that there are, in the order of -o wide.
var fields = []field{
	{name: "node", kind: text, text: func(s *session) (string, bool) { return s.Node, true }, takes: isIDLetter},
	{name: "id", kind: number, number: decimal(func(s *session) string { return s.ID }), min: 1, max: math.MaxInt64},
	{name: "peer", kind: address, text: func(s *session) (string, bool) { return s.address(), true }},
	{name: "name", kind: text, text: func(s *session) (string, bool) { return s.Name, true }, takes: isNameLetter, empty: true},
	{name: "user", kind: text, text: func(s *session) (string, bool) { return value(s.User), s.User != nil }, takes: unicode.IsPrint},
	{name: "db", kind: number, number: decimal(func(s *session) string { return s.DB }), max: math.MaxInt32},
	{name: "age", kind: seconds, number: counter(func(s *session) int32 { return s.Age }), max: math.MaxInt32},
	{name: "idle", kind: seconds, number: counter(func(s *session) int32 { return s.Idle }), max: math.MaxInt32},
	{name: "cmd", kind: text, text: func(s *session) (string, bool) { return s.Cmd, s.Cmd != "" }, takes: isCommandLetter},
	{name: "flags", kind: letters, text: func(s *session) (string, bool) { return s.Flags, s.Flags != "" }, mayBe: knownFlags},
	{name: "protected", kind: boolean, text: func(s *session) (string, bool) { return s.protection(), true }},
	{name: "addr", kind: address, text: func(s *session) (string, bool) { return s.Addr, true }},
	{name: "fd", kind: number, number: decimal(func(s *session) string { return s.Fd }), max: math.MaxInt32},
	{name: "sub", kind: number, number: counter(func(s *session) int32 { return s.Sub }), max: math.MaxInt32},
	{name: "psub", kind: number, number: counter(func(s *session) int32 { return s.Psub }), max: math.MaxInt32},
	{name: "multi", kind: number, number: counter(func(s *session) int32 { return s.Multi }), min: -1, max: math.MaxInt32},
	{name: "qbuf", kind: size, number: counter(func(s *session) int32 { return s.Qbuf }), max: math.MaxInt32},
	{name: "qbuf_free", kind: size, number: counter(func(s *session) int32 { return s.QbufFree }), max: math.MaxInt32},
	{name: "obl", kind: size, number: counter(func(s *session) int32 { return s.Obl }), max: math.MaxInt32},
	{name: "oll", kind: number, number: counter(func(s *session) int32 { return s.Oll }), max: math.MaxInt32},
	{name: "omem", kind: size, number: counter(func(s *session) int32 { return s.Omem }), max: math.MaxInt32},
	{name: "events", kind: letters, text: func(s *session) (string, bool) { return s.Events, true }, mayBe: "rw", empty: true},
	{name: "network", kind: text, text: func(s *session) (string, bool) { return value(s.Network), s.Network != nil }, takes: unicode.IsPrint},
}

// narrow is how many of the fields, from the first, a table has by default; the
// last of them only where a session is protected.
const narrow = 11

func isIDLetter(r rune) bool {
	return r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r) || r == '-' || r == '_')
}

// isNameLetter is CLIENT SETNAME's rule.
func isNameLetter(r rune) bool { return '!' <= r && r <= '~' }

func isCommandLetter(r rune) bool { return isIDLetter(r) || strings.ContainsRune("|.:", r) }

// decimal reads a number that the API has as a string.
func decimal(text func(*session) string) func(*session) (int64, bool) {
	return func(s *session) (int64, bool) {
		n, err := strconv.ParseInt(text(s), 10, 64)
		return n, err == nil
	}
}

func counter(of func(*session) int32) func(*session) (int64, bool) {
	return func(s *session) (int64, bool) { return int64(of(s)), true }
}

func fieldNames() []string {
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.name
	}
	return names
}

func fieldNamed(name string) (*field, error) {
	i := slices.IndexFunc(fields, func(f field) bool { return f.name == name })
	if i < 0 {
		return nil, usagef("there is no field %q; there are %s", name, strings.Join(fieldNames(), ", "))
	}
	return &fields[i], nil
}

// cell is the field as a table shows it.
func (f *field) cell(s *session) string {
	if f.number == nil {
		text, _ := f.text(s)
		return text
	}
	n, known := f.number(s)
	switch {
	case !known:
		return "-"
	case f.kind == seconds:
		return showSeconds(n)
	case f.kind == size:
		return showSize(n)
	default:
		return strconv.FormatInt(n, 10)
	}
}

func (f *field) compare(a, b *session) int {
	if f.number != nil {
		x, _ := f.number(a)
		y, _ := f.number(b)
		return cmp.Compare(x, y)
	}
	x, _ := f.text(a)
	y, _ := f.text(b)
	if f.kind == address {
		return cmp.Or(parsePeer(x).Compare(parsePeer(y)), cmp.Compare(x, y))
	}
	return cmp.Compare(x, y)
}

// sortSessions sorts by a field, and what is equal there by node and id.
func sortSessions(all []session, by *field, desc bool) {
	slices.SortFunc(all, func(a, b session) int {
		order := 0
		if by != nil {
			order = by.compare(&a, &b)
		}
		if desc {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(a.Node, b.Node), cmp.Compare(atoi(a.ID), atoi(b.ID)))
	})
}

// atoi reads what the API has as a string and is a number.
func atoi(text string) int64 {
	n, _ := strconv.ParseInt(text, 10, 64)
	return n
}
