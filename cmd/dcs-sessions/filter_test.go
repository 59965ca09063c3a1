package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// a session with something in every field that the tests look at
func some() session {
	peer, user := "10.0.0.7:50312", "app"
	return session{"n-1", gen.ClientInfo{
		ID: "17", Addr: peer, Peer: &peer, Name: "web/eu-1", User: &user, DB: "2", Cmd: "blpop", Flags: "bP",
		Age: 5400, Idle: 301, Omem: 20480, Multi: -1,
	}}
}

func TestAFilterTellsWhichSessionsAreMeant(t *testing.T) {
	for name, c := range map[string]struct {
		expression string
		match      bool
	}{
		"a name that is the same":                  {"name=web/eu-1", true},
		"a name that is not":                       {"name=web", false},
		"a star stands for anything, also a slash": {"name=web*", true},
		"a star in the middle":                     {"name=w*-1", true},
		"a question mark is one character":         {"name=web/eu-?", true},
		"a class is one of its characters":         {"name=web/eu-[0-9]", true},
		"an escaped star is a star":                {`name=web\*`, false},
		"what is not to match":                     {"name!=web*", false},
		"what is not to match and does not":        {"name!=cron*", true},
		"no name at all":                           {"name=", false},
		"some name":                                {"name!=", true},
		"two equals signs are one":                 {"name==web*", true},
		"an address and its port":                  {"addr=10.0.0.7:50312", true},
		"an address alone":                         {"addr=10.0.0.7", true},
		"another address that begins alike":        {"addr=10.0.0.70", false},
		"a star in an address":                     {"peer=10.0.*", true},
		"a network":                                {"addr=10.0.0.0/24", true},
		"not a network":                            {"addr!=10.0.0.0/24", false},
		"another network":                          {"addr=10.1.0.0/16", false},
		"a user":                                   {"user=app", true},
		"a command":                                {"cmd=blpop", true},
		"a command in upper case":                  {"cmd=BLPOP", true},
		"a flag among others":                      {"flags=*P*", true},
		"a database":                               {"db=2", true},
		"an id by its number and not its letters":  {"id<100", true},
		"a node":                                    {"node!=n-1", false},
		"idle for longer":                           {"idle>300", true},
		"idle for as long":                          {"idle>301", false},
		"idle for as long at least":                 {"idle>=301", true},
		"idle for less":                             {"idle<5m", false},
		"idle for as long at most":                  {"idle<=301", true},
		"an age in Go's way":                        {"age>=1h30m", true},
		"an age in seconds":                         {"age=5400", true},
		"an age in days":                            {"age>1d", false},
		"an age that is another":                    {"age!=1h30m", false},
		"a size in kilobytes":                       {"omem>=20K", true},
		"a size in megabytes":                       {"omem>1MB", false},
		"a number below zero":                       {"multi=-1", true},
		"an equals sign that belongs to the value":  {"name=a=b", false},
		"an operator that belongs to the value":     {"name=>x", false},
		"a field that the session has nothing in":   {"network=", true},
		"a user that is compared as a whole":        {"user=ap", false},
		"a pattern with the letters of a path":      {"name=web/*", true},
		"a pattern that would be a path of its own": {"name=*/eu-1", true},
	} {
		t.Run(name, func(t *testing.T) {
			matches, err := parseFilters([]string{c.expression})
			require.NoError(t, err)
			s := some()
			assert.Equal(t, c.match, matches(&s), c.expression)
		})
	}
}

func TestBracketsInAnAddressAreThoseOfIPv6(t *testing.T) {
	s := some()
	peer := "[2001:db8::1]:50312"
	s.Peer = &peer
	for expression, match := range map[string]bool{
		"peer=[2001:db8::1]:50312":  true,
		"peer!=[2001:db8::1]:50312": false,
		"peer=[2001:db8::1]:*":      true,
		"peer=2001:db8::1":          true,
		"peer=2001:db8::/32":        true,
		"peer=[2001:db8::2]:*":      false,
	} {
		matches, err := parseFilters([]string{expression})
		require.NoError(t, err)
		assert.Equal(t, match, matches(&s), expression)
	}
}

func TestASessionMustPassAllFilters(t *testing.T) {
	s := some()
	for _, c := range []struct {
		expressions []string
		match       bool
	}{
		{nil, true},
		{[]string{"name=web*", "idle>300"}, true},
		{[]string{"name=web*", "idle>301"}, false},
		{[]string{"name=x", "idle>300"}, false},
	} {
		matches, err := parseFilters(c.expressions)
		require.NoError(t, err)
		assert.Equal(t, c.match, matches(&s), c.expressions)
	}
}

func TestABadFilterSaysWhatIsAllowed(t *testing.T) {
	for name, c := range map[string]struct{ expression, says string }{
		"nothing":                        {"", "it is not FIELD OPERATOR VALUE"},
		"no operator":                    {"idle", "in quotes, for the shell has its own use for > and *"},
		"no field":                       {"=x", "it is not FIELD OPERATOR VALUE"},
		"an unknown field":               {"port=1", `there is no field "port"; there are node, id, peer, name, user, `},
		"an unknown operator":            {"name!x", "it is not FIELD OPERATOR VALUE"},
		"a regular expression":           {"name=~web.*", "there are no regular expressions, but * and ?"},
		"a pattern that never closes":    {"name=web[", "the pattern is malformed"},
		"a text that is to be less":      {"name<x", "name takes = and != alone"},
		"an address that is to be less":  {"addr>=10.0.0.1", "addr takes = and != alone"},
		"a time that is none":            {"idle>soon", `"soon" is not a time: 300 (seconds), 90s, 1h30m or 2d`},
		"no time at all":                 {"idle>", `"" is not a time`},
		"a size that is none":            {"omem>big", `"big" is not a size: 4096 (bytes), 20K or 10M`},
		"a number that is none":          {"db=one", `"one" is not a number`},
		"a number with a pattern":        {"id=1*", `"1*" is not a number`},
		"spaces, as one would write SQL": {"name = x", "it is not FIELD OPERATOR VALUE"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := parseFilters([]string{"name=ok", c.expression})
			require.ErrorAs(t, err, new(usageError))
			assert.ErrorContains(t, err, c.says)
		})
	}
}
