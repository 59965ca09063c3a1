package main

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/dcs-sessions/dcs-sessions/gen"
)

func TestWhatCannotBeKilledIsNotChosen(t *testing.T) {
	but := func(change func(*session)) session {
		s := named("n", 1, "x", "10.0.0.1")
		change(&s)
		return s
	}
	yes, no, unix := true, false, "/run/redis.sock:0"
	why := func(p gen.ClientInfoProtection) *gen.ClientInfoProtection { return &p }
	for name, c := range map[string]struct {
		s    session
		want selection
		says string
	}{
		"what is protected": {but(func(s *session) { s.Protected, s.Protection = &yes, why("sentinel") }), selection{Protected: 1},
			"0 of 1 session match; 1 more cannot be killed: 1 sentinel (named as a Sentinel's link is: sentinel-…-cmd or sentinel-…-pubsub)"},
		"what is protected without a reason":     {but(func(s *session) { s.Protected = &yes }), selection{Protected: 1}, "0 of 1 session match; 1 more cannot be killed: 1 protected"},
		"what is protected for a reason alone":   {but(func(s *session) { s.Protection = why("new\x1b") }), selection{Protected: 1}, `0 of 1 session match; 1 more cannot be killed: 1 new\x1b`},
		"what the server says is not":            {but(func(s *session) { s.Protected = &no }), selection{Matched: 1}, "1 of 1 session matches"},
		"what only looks like a link, unguessed": {but(func(s *session) { s.Flags, s.Name = "S", "sentinel-1-cmd" }), selection{Matched: 1}, "1 of 1 session matches"},
		"a Unix socket, which has an id":         {but(func(s *session) { s.Peer = &unix }), selection{Matched: 1}, "1 of 1 session matches"},
		"what has neither an address nor an id":  {but(func(s *session) { s.Peer, s.ID = &unix, "" }), selection{NoAddress: 1}, "0 of 1 session match; 1 more cannot be killed: 1 without an address and an id"},
	} {
		t.Run(name, func(t *testing.T) {
			got := choose([]session{c.s}, func(*session) bool { return true })
			assert.Equal(t, c.says, got.String())
			assert.Equal(t, c.want.Matched == 0, got.complaint() != nil)
			assert.Len(t, got.chosen, c.want.Matched)
			c.want.Sessions, got.chosen, got.spared = 1, nil, nil
			assert.Equal(t, &c.want, got)
			got = choose([]session{c.s}, func(*session) bool { return false })
			assert.Equal(t, &selection{Sessions: 1}, got, "what does not match is not counted")
		})
	}
}
