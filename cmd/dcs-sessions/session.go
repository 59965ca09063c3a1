package main

import (
	"cmp"
	"encoding/json"
	"net/netip"
	"slices"
	"strconv"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

// A session is one of the API's sessions and the node that it is on.
type session struct {
	Node string
	client.Session
}

// MarshalJSON returns the JSON of the API with the node before it.
func (s session) MarshalJSON() ([]byte, error) {
	node, err := json.Marshal(s.Node)
	if err != nil {
		return nil, err
	}
	text, err := s.Session.MarshalJSON()
	if err != nil {
		return nil, err
	}
	return slices.Concat([]byte(`{"node_id":`), node, []byte(","), text[1:]), nil
}

// peer is the address in canonical form. It is zero if the session cannot be
// killed by its address, such as that of a Unix socket.
func (s *session) peer() netip.AddrPort { return filter.ParseAddrPort(s.Address()) }

// protection is the server's reason not to kill the session, or empty.
func (s *session) protection() string {
	switch {
	case s.Protection != "":
		return s.Protection
	case s.Protected:
		return "protected"
	}
	return ""
}

// protections explain the reasons of the server.
var protections = map[string]string{
	"replication":    "a replication link",
	"sentinel":       "has the name of a Sentinel's link: sentinel-…-cmd or sentinel-…-pubsub",
	"slot-migration": "a slot-migration link",
	"self":           "the API server's own connection",
}

// Text implements [filter.Session].
func (s *session) Text(field string) (string, bool) {
	switch field {
	case "node":
		return s.Node, true
	case "peer":
		return s.Address(), true
	case "addr":
		return s.Addr, true
	case "name":
		return s.Name, true
	case "user":
		return s.User, s.User != ""
	case "cmd":
		return s.Cmd, s.Cmd != ""
	case "flags":
		return s.Flags, s.Flags != ""
	case "events":
		return s.Events, true
	case "network":
		return s.Network, s.Network != ""
	case "protected":
		return s.protection(), true
	}
	return "", false
}

// Number implements [filter.Session].
func (s *session) Number(field string) (int64, bool) {
	switch field {
	case "id":
		return parseInt(s.ID)
	case "db":
		return parseInt(s.DB)
	case "fd":
		return parseInt(s.FD)
	case "age":
		return int64(s.Age / time.Second), true
	case "idle":
		return int64(s.Idle / time.Second), true
	case "sub":
		return int64(s.Sub), true
	case "psub":
		return int64(s.PSub), true
	case "multi":
		return int64(s.Multi), true
	case "qbuf":
		return int64(s.QBuf), true
	case "qbuf_free":
		return int64(s.QBufFree), true
	case "obl":
		return int64(s.OBL), true
	case "oll":
		return int64(s.OLL), true
	case "omem":
		return int64(s.OMem), true
	}
	return 0, false
}

var _ filter.Session = (*session)(nil)

// parseFilters returns a filter that matches the sessions that all expressions
// match.
func parseFilters(expressions []string) (filter.Filter, error) {
	var all []filter.Filter
	for _, expression := range expressions {
		matches, err := filter.Parse(expression)
		if err != nil {
			return nil, usagef("--filter %q: %w", expression, err)
		}
		all = append(all, matches)
	}
	return func(s filter.Session) bool {
		return !slices.ContainsFunc(all, func(matches filter.Filter) bool { return !matches(s) })
	}, nil
}

// sortSessions sorts by a field, if there is one, then by node and id.
func sortSessions(all []session, by *filter.Field, desc bool) {
	slices.SortFunc(all, func(a, b session) int {
		order := 0
		if by != nil {
			order = by.Compare(&a, &b)
		}
		if desc {
			order = -order
		}
		return cmp.Or(order, cmp.Compare(a.Node, b.Node), cmp.Compare(a.number(), b.number()))
	})
}

// number is the id as a number, which grows with each session of a node.
func (s *session) number() int64 {
	n, _ := parseInt(s.ID)
	return n
}

func parseInt(text string) (n int64, ok bool) {
	n, err := strconv.ParseInt(text, 10, 64)
	return n, err == nil
}
