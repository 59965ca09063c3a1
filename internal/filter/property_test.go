package filter

import (
	"math"
	"slices"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// raced reports that the race detector runs, which makes the property test slow.
var raced bool

// A typo must not select sessions that nobody meant. The test changes each character
// of each expression: the result must be refused, or select what the reference
// selects. The reference is independent: regular expressions for the forms,
// package net for addresses, and big.Int for numbers.
func TestATypoSelectsNothingUnintended(t *testing.T) {
	t.Parallel()
	sessions := differentSessions()
	letters := []rune("019*?[]-^\\!=<>~.:/,%+# \taAbdfhkmNPrswzKMü\u00a0")
	if raced { // there is one goroutine
		letters = []rune("0*-!.a")
	}
	seen := map[string]bool{}
	valid := 0
	try := func(expression string) {
		if seen[expression] {
			return
		}
		seen[expression] = true
		reference, ok := referenceFilter(expression)
		matches, err := Parse(expression)
		if ok != (err == nil) {
			require.Equal(t, ok, err == nil, "%q is valid: %v", expression, err)
		}
		if err != nil {
			return
		}
		valid++
		for i := range sessions {
			if reference(sessions[i]) != matches(sessions[i]) {
				require.Equal(t, reference(sessions[i]), matches(sessions[i]), "%q selects %+v", expression, sessions[i])
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

// With != a value of another kind would select all sessions.
func TestAValueOfAnotherKindIsRefusedWithAnyOperator(t *testing.T) {
	invalid := map[Kind][]string{
		Text:    {"[", "x y", `\`, "ü\x00"},
		Letters: {"z", "12", "?", "N x"},
		Address: {"127.0.0/8", "10.0.0.0/33", "10.0.0.0/8 ", "localhost", "", "010.0.0.1", "web-*", "[", "10.0.0.1/8", "::ffff:10.0.0.0/104", "1.2.3.4:0"},
		Boolean: {"yes", "TRUE", ""},
		Number:  {"", "x", "2x", "+1", "01", "1e3", "99999999999999999999", "-2"},
		Seconds: {"", "x", "5x", "-5", "1.5h", "99999999999"},
		Size:    {"", "x", "5x", "-5", "1.5K", "9G"},
	}
	for _, f := range fields {
		require.NotEmpty(t, invalid[f.Kind], f.Name)
		for _, want := range invalid[f.Kind] {
			for _, op := range []string{"=", "!=", "<", "<=", ">", ">=", "==", "=~", "<>", "=>", "!", ""} {
				_, err := Parse(f.Name + op + want)
				assert.Error(t, err, "%s%s%s", f.Name, op, want)
			}
		}
	}
}

// expressions returns at least one expression of each kind and operator, and the
// dangerous ones.
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

// differentSessions returns sessions that differ in what the expressions compare.
// One has no known value wherever that is possible.
func differentSessions() []record {
	row := func(node string, id int64, addr, name, user, cmd, flags, events, network string, n int64, protected string) record {
		return record{"node": node, "id": id, "addr": addr, "peer": addr, "name": name, "user": user, "cmd": cmd, "flags": flags,
			"events": events, "network": network, "db": n % 16, "fd": int64(8), "age": n, "idle": n, "omem": n, "obl": n, "multi": n%3 - 1,
			"protected": protected}
	}
	return []record{
		row("n-1", 17, "10.0.0.7:50312", "web-1", "app", "get", "N", "r", "tcp", 300, ""),
		row("n-2", 18, "10.0.0.70:50312", "web-12", "root", "client|list", "bP", "rw", "tcp", 5400, "self"),
		row("n1", 1, "[2001:db8::1]:50312", "", "default", "NULL", "b", "", "unix", 20480, ""),
		row("n-1", math.MaxInt64, "127.0.0.1:1", "*x", "ap", "blpop", "xPb", "r", "udp", 2, ""),
		row("n-1", 170, "255.255.255.255:65535", "web-[0-9]?", "app", "GET", "S", "w", "tcp", math.MaxInt32, "replication"),
		row("n-1", 7, "[::ffff:10.0.0.7]:5", "wb-", "App", "get", "U", "r", "tcp", 93784, ""),
		row("n-9", 8, "/run/redis.sock:0", "socket", "app", "get", "U", "r", "unix", 0, ""),
		{"node": "n-9", "addr": "?:0", "peer": "?:0", "name": "unknown", "events": "r", "protected": "",
			"age": int64(0), "idle": int64(0), "omem": int64(0), "obl": int64(0), "multi": int64(-1)},
	}
}
