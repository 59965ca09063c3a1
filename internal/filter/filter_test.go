package main

import (
	"fmt"
	"strings"
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
		"an escaped operator is of the value":      {`name=\=web*`, false},
		"a class with others than these":           {"name=web/eu-[^0-9]", false},
		"a class with an escape":                   {`name=web/eu[\-x]1`, true},
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
		"an operator that belongs to the value":     {`name!=\>x`, true},
		"no events":                                 {"events=", true},
		"some events":                               {"events!=", false},
		"flags in any order":                        {"flags=Pb", true},
		"flags and others":                          {"flags=P*", true},
		"flags that are not all there are":          {"flags=P", false},
		"flags of which one is missing":             {"flags=*Px*", false},
		"no such flag":                              {"flags!=*x*", true},
		"what is not protected":                     {"protected=false", true},
		"what is protected":                         {"protected=true", false},
		"what is not said to be protected":          {"protected!=true", true},
		"a pattern of an address with its port":     {"peer=10.*:5031?", true},
		"a pattern of the port alone":               {"peer=*:50312", true},
		"a pattern of the port of another":          {"peer!=*:50312", false},
		"a class in an address":                     {"peer=10.0.0.[1-7]", true},
		"an address in IPv6":                        {"peer=::ffff:10.0.0.7", true},
		"a size in bytes":                           {"omem=20480B", true},
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

// A filter that excludes must not take what it knows nothing of.
func TestWhatIsNotKnownPassesNoFilterOfIt(t *testing.T) {
	for name, c := range map[string]struct {
		set     func(*session, string)
		values  []string
		filters []string // and with !=
	}{
		"an address": {func(s *session, v string) { s.Addr, s.Peer = v, &v },
			[]string{"/run/redis.sock:0", "[/run/redis.sock:0]:0", "?:0", "", "10.0.0.7", "10.0.0.7:0", "[fe80::1%eth0]:1"},
			[]string{"peer=10.0.0.0/8", "peer=10.0.0.7", "peer=10.0.0.7:1", "peer=*", "peer=*:1", "addr=0.0.0.0/0", "addr=::/0", "addr=[2001:db8::1]:*"}},
		"a number":  {func(s *session, v string) { s.ID, s.DB, s.Fd = v, v, v }, []string{"", "x", "1x"}, []string{"id=1", "db=0", "fd=8"}},
		"a user":    {func(s *session, _ string) { s.User = nil }, []string{""}, []string{"user=app", "user=*"}},
		"a network": {func(s *session, _ string) { s.Network = nil }, []string{""}, []string{"network=tcp"}},
		"a command": {func(s *session, _ string) { s.Cmd, s.Flags = "", "" }, []string{""}, []string{"cmd=get", "flags=N", "flags=*x*"}},
	} {
		for _, v := range c.values {
			s := some()
			c.set(&s, v)
			for _, expression := range c.filters {
				for _, e := range []string{expression, strings.Replace(expression, "=", "!=", 1)} {
					matches, err := parseFilters([]string{e})
					require.NoError(t, err)
					assert.False(t, matches(&s), "%s: %s of %q", name, e, v)
				}
			}
		}
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
	const form, address = "it is not FIELD OPERATOR VALUE", "it takes an IP (10.0.0.7), an ip:port "
	for says, expressions := range map[string][]string{
		form: {"", "idle", "=x", "name = x", " name=x", "näme=x"},
		"in quotes, because the shell has its own use for > and *":         {"idle"},
		`there is no field "port"; there are node, id, peer, name, user, `: {"port=1"},
		`there is no field "NAME"; there are node, `:                       {"NAME=x"},
		"there is no operator ==; there are = != < <= > >=":                {"name==x", "idle==5"},
		"there is no operator =~":                                          {"name=~web.*"}, "there is no operator =>": {"idle=>5", "name=>x"},
		"there is no operator <>": {"idle<>5"}, "there is no operator !==": {"name!==x"}, "there is no operator >>": {"idle>>5"},
		"there is no operator !; ":                              {"name!x"},
		"has a blank in it, or a character that does not print": {"name= x", "name=x ", "peer=10.0.0.0/8 ", "idle>5 ", "name!=a\tb", "name=\u00a0", "name=\xff", "db= 1", "protected=true\n"},
		"a [ has no ] after it":                                 {"name=web[", "name=[a", `name=[\]`, "name!=web[0-9"},
		"a ] has no [ before it":                                {"name!=web-0-9]*"},
		"a [] has nothing in it":                                {"name=[]", "name=[^]"},
		"a range in [ ] goes backwards":                         {"name=[z-a]"},
		`in [ ], write [, - and ^ as \[, \- and \^`:             {"name=[-a]", "name=[[]", "name=[a^]", "name=[a-]", "name=[a-", "name=[a-b-c]"},
		`a \ has nothing after it`:                              {`name=web\`, `name=\`, `name=[\`},
		"the value is missing: node is never empty":             {"node=", "node!="},
		"the value is missing: user is never empty":             {"user=", "user!="},
		"the value is missing: peer is never empty":             {"peer=", "peer!="},
		"the value is missing: cmd is never empty":              {"cmd!="},
		"the value is missing: flags is never empty":            {"flags!="},
		"the value is missing: network is never empty":          {"network="},
		"the value is missing: protected is never empty":        {"protected="},
		`no node has the characters of "n.1"`:                   {"node!=n.1"},
		`no name has the characters of "wéb"`:                   {"name!=wéb"},
		`no cmd has the characters of "client,list"`:            {"cmd!=client,list"},
		`no node has the characters of "[.]"`:                   {"node!=[.]"},
		"name takes = and != alone":                             {"name<x"},
		"addr takes = and != alone":                             {"addr>=10.0.0.1"},
		"flags takes = and != alone":                            {"flags<N"},
		"protected takes = and != alone":                        {"protected>true"},
		`"z" is none of the letters of flags, which are `:       {"flags!=*z*"},
		`"?" is none of the letters of flags, which are `:       {"flags=b?"},
		`"b" is given twice`:                                    {"flags=bb"},
		"N is for no flags":                                     {"flags=Nb"},
		`"w" is given twice`:                                    {"events=rww"},
		"is not true or false":                                  {"protected=True", "protected!=yes", "protected=1", "protected=tru*"},
		`"soon" is not a time: 300 (seconds), 90s, 1h30m or 2d`: {"idle>soon"},
		"is not a time":                                         {"idle>", "idle!=5x", "idle>5M", "idle>-5", "idle>+5", "idle>1.5h", "idle>5ms", "idle>5s5m", "idle>5m5m", "idle<05", "idle<99999999999999999999d"},
		`is not 0 to 2147483647, as idle is`:                    {"idle<2147483648", "idle!=99999999999", "idle<24856d"},
		`"big" is not a size: 4096 (bytes), 20K or 10M`:         {"omem>big"},
		"is not a size":                                         {"omem!=", "omem>1.5M", "omem>1T", "omem>-1", "omem>1KK", "omem>1BK", "omem>0x10"},
		`is not 0 to 2147483647, as omem is`:                    {"omem<2G", "omem!=2147483648"},
		"is not a number":                                       {"db=one", "db=2x", "id=1*", "db!=-1", "db=+1", "db=02", "db=", "id!=99999999999999999999", "multi=--1", "multi=-", "sub=1K", "psub>1s"},
		`"0" is not 1 to 9223372036854775807, as id is`:         {"id!=0"},
		`is not -1 to 2147483647, as multi is`:                  {"multi=-2", "multi=-0"},
		`"127.0.0/8" is no network; ` + address:                 {"peer!=127.0.0/8"},
		`is no network; `:                                       {"peer!=10.0.0.0/33", "peer=10.0.0.0/", "peer!=/8", "peer=10.0.0.0/8/8", "peer=10.0.0.0/08", "peer=2001:db8::/129", "peer=10.*/8", "addr!=*/24", "addr!=/run/*"},
		`"10.0.0.1/8" has bits of a host: the network is 10.0.0.0/8, and the host 10.0.0.1`: {"peer=10.0.0.1/8"},
		"is a network of IPv4 in IPv6: write it as one of IPv4":                             {"peer!=::ffff:10.0.0.0/104"},
		`"localhost" is no address; ` + address:                                             {"addr!=localhost"},
		`is no address; `:                                                                   {"peer=10.0.0", "peer!=010.0.0.1", "peer=10.0.0.256", "peer!=10.0.0.1:0", "peer=10.0.0.1:080", "peer!=10.0.0.1:65536", "peer!=10.0.0.1:", "peer=::g", "peer=1.2.3.4,1.2.3.5"},
		"has a zone":                                                                        {"peer=fe80::1%eth0"},
		"no address is ":                                                                    {"peer!=web-*", "peer=10.0.0.256*", "peer=10.0.0.*.*", "peer!=*:99999", "peer=*:0", "peer!=a*", "peer=*x", "peer=10.0.0.01*", "peer=2001:db8:*", `peer=10.0.0.\*`, "peer=?", "peer=*:??????"},
		"does not begin with an address of IPv6":                                            {"peer=[2001:db8:*]:1", "peer=[::1::]:*", "peer=[::1]*", "peer=[12]0.0.0.1", "peer=[::1]", "peer=[1.2.3.4]:*", "peer=[fe80::1%eth0]:*"},
		"no port is ":                                                                       {"peer!=[::1]:x*", "peer=[::1]:0*", "peer=[::1]:7????"},
	} {
		for _, expression := range expressions {
			t.Run(expression, func(t *testing.T) {
				_, err := parseFilters([]string{"name=ok", expression})
				require.ErrorAs(t, err, new(usageError))
				assert.ErrorContains(t, err, says)
				assert.ErrorContains(t, err, fmt.Sprintf("--filter %q: ", expression))
			})
		}
	}
}
