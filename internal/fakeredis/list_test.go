package fakeredis_test

import (
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// fields70 are the fields of Redis 7.0, in its order.
const fields70 = "id addr laddr fd name age idle flags db sub psub ssub multi qbuf qbuf-free argv-mem " +
	"multi-mem rbs rbp obl oll omem tot-mem events cmd user redir resp"

func TestARowShowsTheStateOfTheSession(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		bob := redistest.Dial(t, node.Addr(), "bob")
		redistest.Do(t, bob, "SELECT 3")
		row := only(t, redistest.Do(t, bob, "CLIENT INFO"))
		for field, want := range map[string]string{
			"id": redistest.Do(t, bob, "CLIENT ID"), "addr": bob.Addr(), "laddr": node.Addr(), "name": "bob",
			"flags": "N", "db": "3", "sub": "0", "psub": "0", "multi": "-1", "events": "r",
			"cmd": "client|info", "user": "default", "redir": "-1", "resp": "2",
		} {
			assert.Equal(t, want, row[field], field)
		}
	})
}

func TestARowHasTheFieldsOfRedis70(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		var keys []string
		for _, pair := range strings.Fields(redistest.Do(t, redistest.Dial(t, node.Addr(), ""), "CLIENT LIST")) {
			key, _, _ := strings.Cut(pair, "=")
			keys = append(keys, key)
		}
		if kind := node.Kind(); kind == "embedded node" || strings.HasPrefix(kind, "redis-server 7.0.") {
			assert.Equal(t, fields70, strings.Join(keys, " "))
		} else {
			assert.Subset(t, keys, strings.Fields(fields70))
		}
	})
}

func TestCmdIsTheLastCommandInTheFormOfTheServer(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		admin := redistest.Dial(t, node.Addr(), "")
		for command, want := range map[string]string{
			"GET k": "get", "CLIENT setname x": "client|setname", "NOPE": "NULL", "CLIENT NOPE": "NULL", "CLIENT": "client", "ECHO": "echo",
		} {
			s := redistest.Dial(t, node.Addr(), "")
			id := redistest.Do(t, s, "CLIENT ID")
			_, _ = s.Do(strings.Fields(command)...)
			assert.Equal(t, want, only(t, redistest.Do(t, admin, "CLIENT LIST ID "+id))["cmd"], command)
		}
	})
}

func TestSUBSCRIBEChangesTheTypeToPubsub(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		admin := redistest.Dial(t, node.Addr(), "admin")
		s := redistest.Dial(t, node.Addr(), "listener")
		assert.Equal(t, "subscribe a 1", redistest.Do(t, s, "SUBSCRIBE a"))
		assert.Equal(t, "subscribe b 2", redistest.Do(t, s, "SUBSCRIBE b"))
		row := only(t, redistest.Do(t, admin, "CLIENT LIST TYPE pubsub"))
		assert.Equal(t, []string{"listener", "P", "2", "subscribe"}, []string{row["name"], row["flags"], row["sub"], row["cmd"]})
		assert.Equal(t, "admin", only(t, redistest.Do(t, admin, "CLIENT LIST TYPE normal"))["name"])
		redistest.Do(t, s, "UNSUBSCRIBE a")
		redistest.Do(t, s, "UNSUBSCRIBE b")
		assert.Empty(t, redistest.Do(t, admin, "CLIENT LIST TYPE pubsub"))
	})
}

func TestCLIENTLISTIDLooksUpEachID(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		a, b := redistest.Dial(t, node.Addr(), "a"), redistest.Dial(t, node.Addr(), "b")
		first, second := redistest.Do(t, a, "CLIENT ID"), redistest.Do(t, b, "CLIENT ID")
		assert.Less(t, number(t, first), number(t, second), "ids increase")
		var names []string
		for _, row := range rows(redistest.Do(t, a, "CLIENT LIST ID "+second+" 99999 "+first+" "+second)) {
			names = append(names, row["name"])
		}
		want := []string{"b", "a", "b"}
		if strings.HasPrefix(node.Kind(), "valkey-server") && !strings.HasPrefix(node.Kind(), valkey80) {
			want = []string{"a", "b"} // it scans all clients instead
		}
		assert.Equal(t, want, names)
	})
}

func TestAgeAndIdleAreSeconds(t *testing.T) {
	t.Parallel()
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		t.Parallel()
		busy, idle := redistest.Dial(t, node.Addr(), "busy"), redistest.Dial(t, node.Addr(), "idle")
		time.Sleep(2100 * time.Millisecond)
		redistest.Do(t, busy, "PING")
		for _, row := range rows(redistest.Do(t, busy, "CLIENT LIST")) {
			age, idle := number(t, row["age"]), number(t, row["idle"])
			assert.True(t, age == 2 || age == 3, "age %d", age)
			assert.Equal(t, row["name"] == "idle", idle >= 2, "%s is idle for %d s", row["name"], idle)
		}
		assert.True(t, idle.Open())
	})
}

func rows(list string) (rows []map[string]string) {
	for line := range strings.Lines(list) {
		row := map[string]string{}
		for _, pair := range strings.Fields(line) {
			key, value, _ := strings.Cut(pair, "=")
			row[key] = value
		}
		rows = append(rows, row)
	}
	return rows
}

func only(t *testing.T, list string) map[string]string {
	t.Helper()
	found := rows(list)
	require.Len(t, found, 1, list)
	return found[0]
}

func number(t *testing.T, s string) int {
	t.Helper()
	n, err := strconv.Atoi(s)
	require.NoError(t, err)
	return n
}
