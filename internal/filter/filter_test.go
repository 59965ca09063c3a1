package filter

import (
	"maps"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// A record is a session whose missing fields are unknown.
type record map[string]any

func (r record) Text(field string) (string, bool) {
	value, known := r[field].(string)
	return value, known
}

func (r record) Number(field string) (int64, bool) {
	value, known := r[field].(int64)
	return value, known
}

func (r record) with(field, value string) record {
	changed := maps.Clone(r)
	changed[field] = value
	return changed
}

// someSession has a value in each field that the tests compare.
var someSession = record{
	"node": "n-1", "id": int64(17), "addr": "10.0.0.7:50312", "peer": "10.0.0.7:50312", "name": "web/eu-1", "user": "app",
	"db": int64(2), "cmd": "blpop", "flags": "bP", "age": int64(5400), "idle": int64(301), "omem": int64(20480),
	"multi": int64(-1), "events": "", "protected": "",
}

func TestAFilterMatchesTheSessionsItDescribes(t *testing.T) {
	for name, c := range map[string]struct {
		expression string
		match      bool
	}{
		"the same name":                             {"name=web/eu-1", true},
		"another name":                              {"name=web", false},
		"a star matches any text, also a slash":     {"name=web*", true},
		"a star in the middle":                      {"name=w*-1", true},
		"a question mark is one character":          {"name=web/eu-?", true},
		"a class is one of its characters":          {"name=web/eu-[0-9]", true},
		"an escaped star is a star":                 {`name=web\*`, false},
		"!= of a pattern that matches":              {"name!=web*", false},
		"!= of a pattern that does not match":       {"name!=cron*", true},
		"= of no name":                              {"name=", false},
		"!= of no name":                             {"name!=", true},
		"an escaped operator belongs to the value":  {`name=\=web*`, false},
		"a class of other characters":               {"name=web/eu-[^0-9]", false},
		"a class with an escape":                    {`name=web/eu[\-x]1`, true},
		"an address and its port":                   {"addr=10.0.0.7:50312", true},
		"an address alone":                          {"addr=10.0.0.7", true},
		"an address with the same beginning":        {"addr=10.0.0.70", false},
		"a star in an address":                      {"peer=10.0.*", true},
		"a network":                                 {"addr=10.0.0.0/24", true},
		"!= of a network":                           {"addr!=10.0.0.0/24", false},
		"another network":                           {"addr=10.1.0.0/16", false},
		"a user":                                    {"user=app", true},
		"a command":                                 {"cmd=blpop", true},
		"a command in upper case":                   {"cmd=BLPOP", true},
		"a flag among others":                       {"flags=*P*", true},
		"a database":                                {"db=2", true},
		"an id is compared as a number":             {"id<100", true},
		"a node":                                    {"node!=n-1", false},
		"idle longer":                               {"idle>300", true},
		"idle exactly as long":                      {"idle>301", false},
		"idle at least as long":                     {"idle>=301", true},
		"idle less":                                 {"idle<5m", false},
		"idle at most as long":                      {"idle<=301", true},
		"an age in hours and minutes":               {"age>=1h30m", true},
		"an age in seconds":                         {"age=5400", true},
		"an age in days":                            {"age>1d", false},
		"!= of an age":                              {"age!=1h30m", false},
		"a size in kilobytes":                       {"omem>=20K", true},
		"a size in megabytes":                       {"omem>1MB", false},
		"a number below zero":                       {"multi=-1", true},
		"an equals sign that belongs to the value":  {"name=a=b", false},
		"an operator that belongs to the value":     {`name!=\>x`, true},
		"no events":                                 {"events=", true},
		"some events":                               {"events!=", false},
		"flags in any order":                        {"flags=Pb", true},
		"flags and any others":                      {"flags=P*", true},
		"some of the flags":                         {"flags=P", false},
		"flags, one of which is missing":            {"flags=*Px*", false},
		"no such flag":                              {"flags!=*x*", true},
		"protected=false of an unprotected session": {"protected=false", true},
		"protected=true of an unprotected session":  {"protected=true", false},
		"protected!=true of an unprotected session": {"protected!=true", true},
		"a pattern of an address with its port":     {"peer=10.*:5031?", true},
		"a pattern of the port alone":               {"peer=*:50312", true},
		"!= of a pattern of the port":               {"peer!=*:50312", false},
		"a class in an address":                     {"peer=10.0.0.[1-7]", true},
		"an address in IPv6":                        {"peer=::ffff:10.0.0.7", true},
		"a size in bytes":                           {"omem=20480B", true},
		"a part of the user":                        {"user=ap", false},
		"a star after a slash":                      {"name=web/*", true},
		"a star before a slash":                     {"name=*/eu-1", true},
	} {
		t.Run(name, func(t *testing.T) {
			matches, err := Parse(c.expression)
			require.NoError(t, err)
			assert.Equal(t, c.match, matches(someSession), c.expression)
		})
	}
}

func TestBracketsInAnAddressAreIPv6(t *testing.T) {
	s := someSession.with("peer", "[2001:db8::1]:50312")
	for expression, match := range map[string]bool{
		"peer=[2001:db8::1]:50312":  true,
		"peer!=[2001:db8::1]:50312": false,
		"peer=[2001:db8::1]:*":      true,
		"peer=2001:db8::1":          true,
		"peer=2001:db8::/32":        true,
		"peer=[2001:db8::2]:*":      false,
	} {
		matches, err := Parse(expression)
		require.NoError(t, err)
		assert.Equal(t, match, matches(s), expression)
	}
}

// A filter with != must not select a session of which nothing is known.
func TestAnUnknownValuePassesNoFilter(t *testing.T) {
	for _, field := range FieldNames() {
		for _, value := range []string{"n-1", "1", "10.0.0.1", "b", "r", "true"} {
			for _, op := range []string{"=", "!="} {
				if matches, err := Parse(field + op + value); err == nil {
					assert.False(t, matches(record{}), field+op+value)
				}
			}
		}
	}
	for _, addr := range []string{"/run/redis.sock:0", "[/run/redis.sock:0]:0", "?:0", "", "10.0.0.7", "10.0.0.7:0", "[fe80::1%eth0]:1"} {
		for _, value := range []string{"10.0.0.0/8", "10.0.0.7", "10.0.0.7:1", "*", "*:1", "0.0.0.0/0", "::/0", "[2001:db8::1]:*"} {
			for _, op := range []string{"=", "!="} {
				matches, err := Parse("peer" + op + value)
				require.NoError(t, err)
				assert.False(t, matches(someSession.with("peer", addr)), "peer%s%s of %q", op, value, addr)
			}
		}
	}
}

func TestFormatIsWhatAListShows(t *testing.T) {
	for field, want := range map[string]string{
		"name": "web/eu-1", "id": "17", "age": "1h30m", "omem": "20.0K", "multi": "-1", "fd": "-", "user": "app", "network": "",
	} {
		f, err := FieldNamed(field)
		require.NoError(t, err)
		assert.Equal(t, want, f.Format(someSession), field)
	}
}

func TestNumbersAndAddressesAreComparedByValue(t *testing.T) {
	for field, values := range map[string][2]any{
		"id":   {int64(9), int64(10)},
		"peer": {"10.0.0.9:1", "10.0.0.10:1"},
		"name": {"web-10", "web-9"},
	} {
		f, err := FieldNamed(field)
		require.NoError(t, err)
		assert.Negative(t, f.Compare(record{field: values[0]}, record{field: values[1]}), field)
	}
}

func TestTheErrorOfAFilterSaysWhatIsAllowed(t *testing.T) {
	const form, address = "want FIELD OPERATOR VALUE", "use an IP (10.0.0.7), an ip:port "
	for says, expressions := range map[string][]string{
		form: {"", "idle", "=x", "name = x", " name=x", "näme=x"},
		"quote it, because the shell interprets > and *":                    {"idle"},
		`unknown field "port": the fields are node, id, peer, name, user, `: {"port=1"},
		`unknown field "NAME": the fields are node, `:                       {"NAME=x"},
		"unknown operator ==: the operators are = != < <= > >=":             {"name==x", "idle==5"},
		"unknown operator =~": {"name=~web.*"}, "unknown operator =>": {"idle=>5", "name=>x"},
		"unknown operator <>": {"idle<>5"}, "unknown operator !==": {"name!==x"}, "unknown operator >>": {"idle>>5"},
		"unknown operator !: ":                                  {"name!x"},
		"contains a space or an unprintable character":          {"name= x", "name=x ", "peer=10.0.0.0/8 ", "idle>5 ", "name!=a\tb", "name=\u00a0", "name=\xff", "db= 1", "protected=true\n"},
		"there is no ] after [":                                 {"name=web[", "name=[a", `name=[\]`, "name!=web[0-9"},
		"there is no [ before ]":                                {"name!=web-0-9]*"},
		"[] is empty":                                           {"name=[]", "name=[^]"},
		"a range in [ ] runs backwards":                         {"name=[z-a]"},
		`inside [ ], write \[, \- and \^ for [, - and ^`:        {"name=[-a]", "name=[[]", "name=[a^]", "name=[a-]", "name=[a-", "name=[a-b-c]"},
		`there is no character after \`:                         {`name=web\`, `name=\`, `name=[\`},
		"the value is missing: node is never empty":             {"node=", "node!="},
		"the value is missing: user is never empty":             {"user=", "user!="},
		"the value is missing: peer is never empty":             {"peer=", "peer!="},
		"the value is missing: cmd is never empty":              {"cmd!="},
		"the value is missing: flags is never empty":            {"flags!="},
		"the value is missing: network is never empty":          {"network="},
		"the value is missing: protected is never empty":        {"protected="},
		`no node can contain the characters of "n.1"`:           {"node!=n.1"},
		`no name can contain the characters of "wéb"`:           {"name!=wéb"},
		`no cmd can contain the characters of "client,list"`:    {"cmd!=client,list"},
		`no node can contain the characters of "[.]"`:           {"node!=[.]"},
		"name supports only = and !=":                           {"name<x"},
		"addr supports only = and !=":                           {"addr>=10.0.0.1"},
		"flags supports only = and !=":                          {"flags<N"},
		"protected supports only = and !=":                      {"protected>true"},
		`"z" is not a letter of flags: the letters are `:        {"flags!=*z*"},
		`"?" is not a letter of flags: the letters are `:        {"flags=b?"},
		`"b" is repeated`:                                       {"flags=bb"},
		"N means no flags":                                      {"flags=Nb"},
		`"w" is repeated`:                                       {"events=rww"},
		"is neither true nor false":                             {"protected=True", "protected!=yes", "protected=1", "protected=tru*"},
		`"soon" is not a time: 300 (seconds), 90s, 1h30m or 2d`: {"idle>soon"},
		"is not a time":                                         {"idle>", "idle!=5x", "idle>5M", "idle>-5", "idle>+5", "idle>1.5h", "idle>5ms", "idle>5s5m", "idle>5m5m", "idle<05", "idle<99999999999999999999d"},
		`is out of range: idle is 0 to 2147483647`:              {"idle<2147483648", "idle!=99999999999", "idle<24856d"},
		`"big" is not a size: 4096 (bytes), 20K or 10M`:         {"omem>big"},
		"is not a size":                                         {"omem!=", "omem>1.5M", "omem>1T", "omem>-1", "omem>1KK", "omem>1BK", "omem>0x10"},
		`is out of range: omem is 0 to 2147483647`:              {"omem<2G", "omem!=2147483648"},
		"is not a number":                                       {"db=one", "db=2x", "id=1*", "db!=-1", "db=+1", "db=02", "db=", "id!=99999999999999999999", "multi=--1", "multi=-", "sub=1K", "psub>1s"},
		`"0" is out of range: id is 1 to 9223372036854775807`:   {"id!=0"},
		`is out of range: multi is -1 to 2147483647`:            {"multi=-2", "multi=-0"},
		`"127.0.0/8" is not a network; ` + address:              {"peer!=127.0.0/8"},
		`is not a network; `:                                    {"peer!=10.0.0.0/33", "peer=10.0.0.0/", "peer!=/8", "peer=10.0.0.0/8/8", "peer=10.0.0.0/08", "peer=2001:db8::/129", "peer=10.*/8", "addr!=*/24", "addr!=/run/*"},
		`"10.0.0.1/8" has host bits set: the network is 10.0.0.0/8, and the host is 10.0.0.1`: {"peer=10.0.0.1/8"},
		"is an IPv4 network in the form of IPv6: write it as IPv4":                            {"peer!=::ffff:10.0.0.0/104"},
		`"localhost" is not an address; ` + address:                                           {"addr!=localhost"},
		`is not an address; `:                 {"peer=10.0.0", "peer!=010.0.0.1", "peer=10.0.0.256", "peer!=10.0.0.1:0", "peer=10.0.0.1:080", "peer!=10.0.0.1:65536", "peer!=10.0.0.1:", "peer=::g", "peer=1.2.3.4,1.2.3.5"},
		"has a zone":                          {"peer=fe80::1%eth0"},
		"matches no address":                  {"peer!=web-*", "peer=10.0.0.256*", "peer=10.0.0.*.*", "peer!=*:99999", "peer=*:0", "peer!=a*", "peer=*x", "peer=10.0.0.01*", "peer=2001:db8:*", `peer=10.0.0.\*`, "peer=?", "peer=*:??????"},
		"does not begin with an IPv6 address": {"peer=[2001:db8:*]:1", "peer=[::1::]:*", "peer=[::1]*", "peer=[12]0.0.0.1", "peer=[::1]", "peer=[1.2.3.4]:*", "peer=[fe80::1%eth0]:*"},
		"matches no port":                     {"peer!=[::1]:x*", "peer=[::1]:0*", "peer=[::1]:7????"},
	} {
		for _, expression := range expressions {
			t.Run(expression, func(t *testing.T) {
				_, err := Parse(expression)
				assert.ErrorContains(t, err, says)
			})
		}
	}
}
