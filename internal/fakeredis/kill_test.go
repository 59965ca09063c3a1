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
	// $addr, $id, $sub, $laddr stand for the victim's address and id, the
	// subscriber's address, and the node's own address.
	cases := []struct {
		name, command, reply string
		closed               []string
		admin                bool // the killer is closed too
	}{
		{name: "by address", command: "ADDR $addr", reply: "1", closed: []string{"victim"}},
		{name: "by id", command: "ID $id", reply: "1", closed: []string{"victim"}},
		{name: "by id and address", command: "ID $id ADDR $addr TYPE normal", reply: "1", closed: []string{"victim"}},
		{name: "an id that has another address", command: "ID $id ADDR $sub", reply: "0"},
		{name: "an address of another type", command: "ADDR $addr TYPE pubsub", reply: "0"},
		{name: "a subscriber is not normal", command: "ADDR $sub TYPE normal", reply: "0"},
		{name: "by type", command: "type PubSub", reply: "1", closed: []string{"subscriber"}},
		{name: "the last of a repeated filter wins", command: "ADDR $sub ADDR $addr", reply: "1", closed: []string{"victim"}},
		{name: "another listener", command: "LADDR 127.0.0.1:1", reply: "0"},
		{name: "the killer is spared", command: "LADDR $laddr", reply: "3", closed: []string{"victim", "subscriber", "bystander"}},
		{name: "the killer is spared by any filter", command: "ADDR $admin", reply: "0"},
		{name: "by user", command: "USER default SKIPME yes", reply: "3", closed: []string{"victim", "subscriber", "bystander"}},
		{name: "the killer is not spared", command: "TYPE normal SKIPME no", reply: "3", closed: []string{"victim", "bystander"}, admin: true},
		{name: "the old form", command: "$addr", reply: "OK", closed: []string{"victim"}},
		{name: "the old form does not spare the killer", command: "$admin", reply: "OK", admin: true},
	}
	redistest.Each(t, func(t *testing.T, node localnode.Node) {
		for _, c := range cases {
			t.Run(c.name, func(t *testing.T) {
				sessions := map[string]*redistest.Session{}
				for _, name := range []string{"victim", "subscriber", "bystander", "admin"} {
					s, err := localnode.Dial(node.Addr(), name)
					require.NoError(t, err)
					defer s.Close()
					sessions[name] = s
				}
				require.Eventually(t, func() bool { // the last case's sessions are leaving
					return strings.Count(redistest.Do(t, sessions["admin"], "CLIENT LIST"), "\n") == len(sessions)
				}, 2*time.Second, time.Millisecond)
				id := redistest.Do(t, sessions["victim"], "CLIENT ID")
				redistest.Do(t, sessions["subscriber"], "SUBSCRIBE news")
				command := strings.NewReplacer("$addr", sessions["victim"].Addr(), "$id", id, "$laddr", node.Addr(),
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
