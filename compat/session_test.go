package compat

import (
	"strconv"
	"strings"
	"testing"

	"github.com/huaweicloud/huaweicloud-sdk-go-v3/services/dcs/v2/model"
	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

// do sends a command that succeeds.
func do(t *testing.T, s *redistest.Session, command ...string) string {
	t.Helper()
	reply, err := s.Do(command...)
	require.NoError(t, err)
	return reply
}

// reported returns what a node reports about the session at addr, by the node's names.
func reported(t *testing.T, admin *redistest.Session, addr string) map[string]string {
	t.Helper()
	for line := range strings.Lines(do(t, admin, "CLIENT", "LIST")) {
		fields := map[string]string{}
		for _, word := range strings.Fields(line) {
			name, value, _ := strings.Cut(word, "=")
			fields[name] = value
		}
		if fields["addr"] == addr {
			return fields
		}
	}
	require.Fail(t, "the node has no session at "+addr)
	return nil
}

// listedAs asserts that the SDK's user gets for a session what its node reports.
func listedAs(t *testing.T, c *caller, admin, s *redistest.Session) model.ClientInfo {
	t.Helper()
	before := reported(t, admin, s.Addr())
	page := c.list(model.ListClientsRequest{NodeId: new("n"), Addr: new(s.Addr())})
	after := reported(t, admin, s.Addr())
	require.Len(t, *page.Clients, 1)
	info := (*page.Clients)[0]

	assert.Equal(t, s.Addr(), *info.Addr)
	assert.Equal(t, s.Addr(), *info.Peer)
	assert.Equal(t, "tcp", *info.Network)
	for field, got := range map[string]*string{
		"id": info.Id, "fd": info.Fd, "name": info.Name, "cmd": info.Cmd, "db": info.Db,
		"flags": info.Flags, "user": info.User, "events": new(info.Events.Value()),
	} {
		require.NotNil(t, got, field)
		assert.Equal(t, before[field], *got, field)
	}
	for field, got := range map[string]*int32{ // between what it was and what it has become meanwhile
		"age": info.Age, "idle": info.Idle, "sub": info.Sub, "psub": info.Psub, "multi": info.Multi,
		"qbuf": info.Qbuf, "qbuf-free": info.QbufFree, "obl": info.Obl, "oll": info.Oll, "omem": info.Omem,
	} {
		require.NotNil(t, got, field)
		a, errA := strconv.Atoi(before[field])
		b, errB := strconv.Atoi(after[field])
		require.NoError(t, errA, field)
		require.NoError(t, errB, field)
		assert.True(t, min(a, b) <= int(*got) && int(*got) <= max(a, b), "%s: %d, and %d, and %d", field, a, *got, b)
	}
	return info
}

func TestASessionIsListedAsItsNodeTells(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		c := serve(t, node.Addr()).call(t, deploy)
		admin := redistest.Dial(t, node.Addr(), "admin")

		s := redistest.Dial(t, node.Addr(), "checkout-1")
		do(t, s, "SELECT", "3")
		info := listedAs(t, c, admin, s)
		assert.Equal(t, "checkout-1", *info.Name)
		assert.Equal(t, "3", *info.Db)
		assert.Equal(t, "N", *info.Flags)
		assert.Equal(t, model.GetClientInfoEventsEnum().R, *info.Events)
		assert.EqualValues(t, -1, *info.Multi)

		s = redistest.Dial(t, node.Addr(), "subscriber")
		do(t, s, "SUBSCRIBE", "news")
		do(t, s, "SUBSCRIBE", "sport")
		info = listedAs(t, c, admin, s)
		assert.Equal(t, "P", *info.Flags)
		assert.EqualValues(t, 2, *info.Sub)
	})
}

// eachServer is redistest.Each without the embedded node, which does not have all
// commands.
func eachServer(t *testing.T, f func(t *testing.T, node *localnode.Process)) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		p, ok := node.(*localnode.Process)
		if !ok {
			t.Skip("this takes a real server")
		}
		f(t, p)
	})
}

func TestABusySessionIsListedAsItsNodeTells(t *testing.T) {
	eachServer(t, func(t *testing.T, node *localnode.Process) {
		c := serve(t, node.Addr()).call(t, deploy)
		admin := redistest.Dial(t, node.Addr(), "admin")

		s := redistest.Dial(t, node.Addr(), "transaction")
		for _, command := range []string{"MULTI", "PING", "PING"} {
			do(t, s, command)
		}
		info := listedAs(t, c, admin, s)
		assert.EqualValues(t, 2, *info.Multi)
		assert.Equal(t, "x", *info.Flags)

		s = redistest.Dial(t, node.Addr(), "patterns")
		do(t, s, "PSUBSCRIBE", "n*")
		assert.EqualValues(t, 1, *listedAs(t, c, admin, s).Psub)

		s = redistest.Dial(t, node.Addr(), "user")
		do(t, admin, "ACL", "SETUSER", "alice", "on", "nopass", "+@all", "~*", "&*")
		do(t, s, "AUTH", "alice", "x")
		assert.Equal(t, "alice", *listedAs(t, c, admin, s).User)
	})
}

// A subscriber that does not read makes its node buffer what it sends.
func TestASessionWhoseRepliesPileUpIsListedAsItsNodeTells(t *testing.T) {
	eachServer(t, func(t *testing.T, node *localnode.Process) {
		c := serve(t, node.Addr()).call(t, deploy)
		admin, s := redistest.Dial(t, node.Addr(), "admin"), redistest.Dial(t, node.Addr(), "subscriber")
		do(t, s, "SUBSCRIBE", "news")
		news := strings.Repeat("n", 1<<20)
		for reported(t, admin, s.Addr())["omem"] == "0" { // what the sockets hold is none of it
			require.Equal(t, "1", do(t, admin, "PUBLISH", "news", news))
		}
		do(t, admin, "PUBLISH", "news", news)
		info := listedAs(t, c, admin, s)
		assert.GreaterOrEqual(t, *info.Omem, int32(1<<20))
		assert.Positive(t, *info.Oll)
		assert.Equal(t, "rw", info.Events.Value())
	})
}

// The name that a client sets is in the list of each caller.
func TestANameThatBreaksJSONComesThroughAsText(t *testing.T) {
	eachServer(t, func(t *testing.T, node *localnode.Process) {
		c := serve(t, node.Addr()).call(t, deploy)
		c.kill(gone(1)...) // the server is connected from here on
		admin := redistest.Dial(t, node.Addr(), "admin")
		const name = `n","id":"0"}],"x":[{"y\\u0000\":"<script>&'` + "`"
		s := redistest.Dial(t, node.Addr(), name)
		assert.Equal(t, name, *listedAs(t, c, admin, s).Name)

		const user = "u\"\\\xff\xfe\x01\x1f\x7f\u2028\xed\xa0\x80<!--"
		do(t, admin, "ACL", "SETUSER", user, "on", "nopass", "+@all", "~*", "&*")
		do(t, s, "AUTH", user, "x")
		page := c.list(model.ListClientsRequest{Sort: new("id")})
		require.Len(t, *page.Clients, 3)
		info := (*page.Clients)[2] // after the server's own and the admin's
		assert.Equal(t, name, *info.Name)
		assert.Equal(t, "u\"\\\uFFFD\x01\x1f\x7f\u2028\uFFFD<!--", *info.User)
		c.kill(*info.Peer)
		assert.True(t, s.Closed())
	})
}
