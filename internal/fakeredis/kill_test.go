package fakeredis_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
	"github.com/dcs-sessions/dcs-sessions/internal/redistest"
)

func TestKillClosesExactlyTheSessionsThatMatch(t *testing.T) {
	// $addr and $id are the target's address and id, $sub and $admin the addresses of
	// the subscriber and the killer, and $laddr the server's own address.
	cases := []struct {
		name, command, reply string
		closed               []string
		admin                bool // the killer is closed too
	}{
		{name: "by address", command: "ADDR $addr", reply: "1", closed: []string{"target"}},
		{name: "by id", command: "ID $id", reply: "1", closed: []string{"target"}},
		{name: "by id and address", command: "ID $id ADDR $addr TYPE normal", reply: "1", closed: []string{"target"}},
		{name: "an id with another address", command: "ID $id ADDR $sub", reply: "0"},
		{name: "an address of another type", command: "ADDR $addr TYPE pubsub", reply: "0"},
		{name: "a subscriber is not normal", command: "ADDR $sub TYPE normal", reply: "0"},
		{name: "by type", command: "type PubSub", reply: "1", closed: []string{"subscriber"}},
		{name: "the last of a repeated filter wins", command: "ADDR $sub ADDR $addr", reply: "1", closed: []string{"target"}},
		{name: "another listener", command: "LADDR 127.0.0.1:1", reply: "0"},
		{name: "the killer is not killed by default", command: "LADDR $laddr", reply: "3", closed: []string{"target", "subscriber", "bystander"}},
		{name: "the killer is not killed by its own address", command: "ADDR $admin", reply: "0"},
		{name: "by user", command: "USER default SKIPME yes", reply: "3", closed: []string{"target", "subscriber", "bystander"}},
		{name: "SKIPME no also kills the killer", command: "TYPE normal SKIPME no", reply: "3", closed: []string{"target", "bystander"}, admin: true},
		{name: "the old form", command: "$addr", reply: "OK", closed: []string{"target"}},
		{name: "the old form also kills the killer", command: "$admin", reply: "OK", admin: true},
	}
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				sessions := map[string]*redistest.Session{}
				for _, name := range []string{"target", "subscriber", "bystander", "admin"} {
					s, err := localnode.Dial(node.Addr(), name)
					require.NoError(t, err)
					defer s.Close()
					sessions[name] = s
				}
				require.Eventually(t, func() bool { // the sessions of the last case are still leaving
					return strings.Count(redistest.Do(t, sessions["admin"], "CLIENT LIST"), "\n") == len(sessions)
				}, 2*time.Second, time.Millisecond)
				id := redistest.Do(t, sessions["target"], "CLIENT ID")
				redistest.Do(t, sessions["subscriber"], "SUBSCRIBE news")
				command := strings.NewReplacer("$addr", sessions["target"].Addr(), "$id", id, "$laddr", node.Addr(),
					"$sub", sessions["subscriber"].Addr(), "$admin", sessions["admin"].Addr()).Replace(c.command)

				assert.Equal(t, c.reply, redistest.Do(t, sessions["admin"], "CLIENT KILL "+command))

				if c.admin {
					c.closed = append(c.closed, "admin")
				}
				for name, s := range sessions {
					if slices.Contains(c.closed, name) {
						assert.True(t, s.Closed(), "%s is closed", name)
					} else {
						assert.True(t, s.Open(), "%s is open", name)
					}
				}
				if !c.admin {
					assert.Equal(t, 4-len(c.closed), strings.Count(redistest.Do(t, sessions["admin"], "CLIENT LIST"), "\n"))
				}
			})
		}
	})
}

func TestQuitClosesTheSession(t *testing.T) {
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		for _, command := range []string{"QUIT", "QUIT now"} {
			s := redistest.Dial(t, node.Addr(), "")
			assert.Equal(t, "OK", redistest.Do(t, s, command))
			assert.True(t, s.Closed())
		}
	})
}
