package main

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// A kind is how a field is written, compared and filtered.
type kind int

const (
	text    kind = iota
	address      // ip:port
	number
	seconds
	size // bytes
)

// A field of a session, for columns, --sort and --filter alike.
type field struct {
	name   string
	kind   kind
	text   func(*session) string // of text and address
	number func(*session) int64  // of the others
}

// fields are all that there are, in the order of -o wide.
var fields = []field{
	{"node", text, func(s *session) string { return s.Node }, nil},
	{"id", number, nil, func(s *session) int64 { return atoi(s.ID) }},
	{"peer", address, (*session).address, nil},
	{"name", text, func(s *session) string { return s.Name }, nil},
	{"user", text, func(s *session) string { return value(s.User) }, nil},
	{"db", number, nil, func(s *session) int64 { return atoi(s.DB) }},
	{"age", seconds, nil, func(s *session) int64 { return int64(s.Age) }},
	{"idle", seconds, nil, func(s *session) int64 { return int64(s.Idle) }},
	{"cmd", text, func(s *session) string { return s.Cmd }, nil},
	{"flags", text, func(s *session) string { return s.Flags }, nil},
	{"addr", address, func(s *session) string { return s.Addr }, nil},
	{"fd", number, nil, func(s *session) int64 { return atoi(s.Fd) }},
	{"sub", number, nil, func(s *session) int64 { return int64(s.Sub) }},
	{"psub", number, nil, func(s *session) int64 { return int64(s.Psub) }},
	{"multi", number, nil, func(s *session) int64 { return int64(s.Multi) }},
	{"qbuf", size, nil, func(s *session) int64 { return int64(s.Qbuf) }},
	{"qbuf_free", size, nil, func(s *session) int64 { return int64(s.QbufFree) }},
	{"obl", size, nil, func(s *session) int64 { return int64(s.Obl) }},
	{"oll", number, nil, func(s *session) int64 { return int64(s.Oll) }},
	{"omem", size, nil, func(s *session) int64 { return int64(s.Omem) }},
	{"events", text, func(s *session) string { return s.Events }, nil},
	{"network", text, func(s *session) string { return value(s.Network) }, nil},
}

// narrow is how many of the fields, from the first, a table has by default.
const narrow = 10

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
	switch f.kind {
	case text:
		return clip(f.text(s))
	case address:
		return f.text(s)
	case seconds:
		return showSeconds(f.number(s))
	case size:
		return showSize(f.number(s))
	default:
		return strconv.FormatInt(f.number(s), 10)
	}
}

func (f *field) compare(a, b *session) int {
	switch f.kind {
	case text:
		return cmp.Compare(f.text(a), f.text(b))
	case address:
		x, y := parsePeer(f.text(a)), parsePeer(f.text(b))
		return cmp.Or(x.Compare(y), cmp.Compare(f.text(a), f.text(b)))
	default:
		return cmp.Compare(f.number(a), f.number(b))
	}
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
