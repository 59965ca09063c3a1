package main

import (
	"slices"
	"strconv"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

// A typo must not select what nobody meant: whatever one character of an
// expression becomes, it is refused, or it is an expression and selects what the
// reference below says. The reference is written another way: regular
// expressions for the forms, package net for addresses, numbers without end.
func TestNoTypoSelectsWhatNobodyMeant(t *testing.T) {
	sessions := differentSessions()
	letters := []rune("019*?[]-^\\!=<>~.:/,%+# \taAbdfhkmNPrswzKMü\u00a0")
	seen := map[string]bool{}
	valid := 0
	try := func(expression string) {
		if seen[expression] {
			return
		}
		seen[expression] = true
		reference, ok := referenceFilter(expression)
		matches, err := parseFilters([]string{expression})
		if ok != (err == nil) {
			require.Equal(t, ok, err == nil, "%q is valid: %v", expression, err)
		}
		if err != nil {
			return
		}
		valid++
		for i := range sessions {
			if reference(&sessions[i]) != matches(&sessions[i]) {
				require.Equal(t, reference(&sessions[i]), matches(&sessions[i]), "%q selects %+v", expression, sessions[i])
			}
		}
	}
	for _, expression := range expressions() {
		try(expression)
		runes := []rune(expression)
		for i := range len(runes) + 1 {
			for _, r := range letters {
				try(string(slices.Insert(slices.Clone(runes), i, r)))
			}
			if i == len(runes) {
				break
			}
			try(string(slices.Delete(slices.Clone(runes), i, i+1)))
			for _, r := range letters {
				replaced := slices.Clone(runes)
				replaced[i] = r
				try(string(replaced))
			}
			if i > 0 {
				swapped := slices.Clone(runes)
				swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
				try(string(swapped))
			}
		}
	}
	t.Logf("%d expressions, of which %d are valid", len(seen), valid)
	assert.Greater(t, valid, 1000)
	assert.Greater(t, len(seen)-valid, 1000)
}

// With != what is not of the field's kind would select all.
func TestWhatIsNotOfTheFieldsKindIsRefusedWithAnyOperator(t *testing.T) {
	none := map[kind][]string{
		text:    {"[", "x y", `\`, "ü\x00"},
		letters: {"z", "12", "?", "N x"},
		address: {"127.0.0/8", "10.0.0.0/33", "10.0.0.0/8 ", "localhost", "", "010.0.0.1", "web-*", "[", "10.0.0.1/8", "::ffff:10.0.0.0/104", "1.2.3.4:0"},
		boolean: {"yes", "TRUE", ""},
		number:  {"", "x", "2x", "+1", "01", "1e3", "99999999999999999999", "-2"},
		seconds: {"", "x", "5x", "-5", "1.5h", "99999999999"},
		size:    {"", "x", "5x", "-5", "1.5K", "9G"},
	}
	for _, f := range fields {
		require.NotEmpty(t, none[f.kind], f.name)
		for _, want := range none[f.kind] {
			for _, op := range []string{"=", "!=", "<", "<=", ">", ">=", "==", "=~", "<>", "=>", "!", ""} {
				_, err := parseFilters([]string{f.name + op + want})
				assert.ErrorAs(t, err, new(usageError), "%s%s%s", f.name, op, want)
			}
		}
	}
}

// expressions has one or more of each kind and operator, and the dangerous ones.
func expressions() []string {
	all := []string{
		"name=web-*", "name!=web-*", "name!=web-[0-9]?", `name!=\*x`, "name=", "name!=", "node!=n-1", "user!=app", "cmd!=client|list", "cmd=GET",
		"flags!=*b*", "flags=bP", "flags=N", "events!=r", "network!=tcp", "protected=true", "protected!=false",
		"peer!=127.0.0.0/8", "peer!=10.0.0.0/24", "peer=10.0.0.7", "peer!=10.0.0.7:50312", "addr!=2001:db8::/32", "addr!=2001:db8::1",
		"peer!=[2001:db8::1]:50312", "peer=[2001:db8::1]:5*", "peer!=10.0.*", "peer!=10.0.0.[1-7]", "peer=*:50312", "addr=::ffff:10.0.0.7", "addr!=255.255.255.255",
	}
	for _, op := range []string{"=", "!=", "<", "<=", ">", ">="} {
		all = append(all, "idle"+op+"300", "age"+op+"1h30m", "id"+op+"17", "omem"+op+"20K", "multi"+op+"-1", "age"+op+"1d2h3m4s", "db"+op+"2")
	}
	return append(all, "obl>=2147483647", "id<=9223372036854775807")
}

// differentSessions differ in what the expressions look at, one of them unknown
// in all that can be.
func differentSessions() []session {
	row := func(node, id, addr, name, user, cmd, flags, events, network string, n int32, protected bool) session {
		return session{node, gen.ClientInfo{ID: id, Addr: addr, Peer: &addr, Name: name, User: &user, Cmd: cmd, Flags: flags, Events: events, Network: &network,
			DB: strconv.Itoa(int(n % 16)), Fd: "8", Age: n, Idle: n, Omem: n, Obl: n, Multi: n%3 - 1, Protected: &protected}}
	}
	all := []session{
		row("n-1", "17", "10.0.0.7:50312", "web-1", "app", "get", "N", "r", "tcp", 300, false),
		row("n-2", "18", "10.0.0.70:50312", "web-12", "root", "client|list", "bP", "rw", "tcp", 5400, true),
		row("n1", "1", "[2001:db8::1]:50312", "", "default", "NULL", "b", "", "unix", 20480, false),
		row("n-1", "9223372036854775807", "127.0.0.1:1", "*x", "ap", "blpop", "xPb", "r", "udp", 2, false),
		row("n-1", "170", "255.255.255.255:65535", "web-[0-9]?", "app", "GET", "S", "w", "tcp", 2147483647, true),
		row("n-1", "7", "[::ffff:10.0.0.7]:5", "wb-", "App", "get", "U", "r", "tcp", 93784, false),
	}
	unknown := row("n-9", "", "?:0", "unknown", "", "", "", "r", "", 0, false)
	unknown.User, unknown.Network, unknown.Protected, unknown.DB = nil, nil, nil, "x"
	socket := row("n-9", "8", "/run/redis.sock:0", "socket", "app", "get", "U", "r", "unix", 0, false)
	return append(all, unknown, socket)
}
