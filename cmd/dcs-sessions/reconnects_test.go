package main

import (
	"strconv"
	"testing"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/stretchr/testify/assert"
)

func named(node string, id int, name, ip string) session {
	peer, user := ip+":"+strconv.Itoa(40000+id), "app"
	return session{node, client.Session{ID: strconv.Itoa(id), Addr: peer, Peer: peer, User: user, Name: name, Flags: "N", Cmd: "get", Idle: 5 * time.Second}}
}

func TestAClientReconnectsWithTheSameNameUserAndIP(t *testing.T) {
	t.Parallel()
	leaky, other := named("n", 7, "leaky", "10.0.0.1"), named("n", 9, "web", "10.0.0.2")
	before, killed := []session{leaky, other}, []session{leaky}
	admin := named("n", 10, "leaky", "10.0.0.1")
	root := "root"
	admin.User = root
	for name, c := range map[string]struct {
		now         []session
		back, still int
	}{
		"nobody":                    {[]session{other}, 0, 0},
		"the same with a new id":    {[]session{other, named("n", 10, "leaky", "10.0.0.1")}, 1, 0},
		"no more than were killed":  {[]session{named("n", 10, "leaky", "10.0.0.1"), named("n", 11, "leaky", "10.0.0.1")}, 1, 0},
		"another name":              {[]session{named("n", 10, "web", "10.0.0.1")}, 0, 0},
		"another IP":                {[]session{named("n", 10, "leaky", "10.0.0.3")}, 0, 0},
		"another user":              {[]session{admin}, 0, 0},
		"another node":              {[]session{named("m", 10, "leaky", "10.0.0.1")}, 0, 0},
		"an id from before":         {[]session{named("n", 8, "leaky", "10.0.0.1")}, 0, 0},
		"the killed session itself": {[]session{leaky, other}, 0, 1},
	} {
		t.Run(name, func(t *testing.T) {
			back, still := countReconnects(before, killed, c.now)
			assert.Equal(t, c.back, back, "reconnected")
			assert.Equal(t, c.still, still, "still connected")
		})
	}
}

func TestEachNodeHasItsOwnIDs(t *testing.T) {
	t.Parallel()
	a, b := named("a", 1000, "leaky", "10.0.0.1"), named("b", 5, "leaky", "10.0.0.1")
	back, _ := countReconnects([]session{a, b}, []session{b}, []session{a, named("b", 6, "leaky", "10.0.0.1")})
	assert.Equal(t, 1, back)
}
