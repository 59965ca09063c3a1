package main

import (
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestWhatMustLiveIsNeverTaken(t *testing.T) {
	must := func(change func(*session)) session {
		s := named("n", 1, "x", "10.0.0.1")
		change(&s)
		return s
	}
	unix := "/run/redis.sock:0"
	for name, c := range map[string]struct {
		s    session
		want selection
	}{
		"a replica":                            {must(func(s *session) { s.Flags = "S" }), selection{Protected: 1}},
		"the primary":                          {must(func(s *session) { s.Flags = "M" }), selection{Protected: 1}},
		"a replica with other flags":           {must(func(s *session) { s.Flags = "xSe" }), selection{Protected: 1}},
		"a Sentinel's commands":                {must(func(s *session) { s.Name = "sentinel-1a2b-cmd" }), selection{Protected: 1}},
		"a Sentinel's subscription":            {must(func(s *session) { s.Name = "sentinel-1a2b-pubsub" }), selection{Protected: 1}},
		"what is merely called sentinel":       {must(func(s *session) { s.Name = "sentinel-dashboard" }), selection{Matched: 1}},
		"who is listing":                       {must(func(s *session) { s.Cmd, s.Idle = "client|list", 0 }), selection{Protected: 1}},
		"who is listing on an old server":      {must(func(s *session) { s.Cmd, s.Idle = "client", 0 }), selection{Protected: 1}},
		"who has listed a while ago":           {must(func(s *session) { s.Cmd = "client|list" }), selection{Matched: 1}},
		"a subscriber, a monitor, one blocked": {must(func(s *session) { s.Flags = "POb" }), selection{Matched: 1}},
		"a Unix socket, which has no address":  {must(func(s *session) { s.Peer = &unix }), selection{NoAddress: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Sessions = 1
			chosen, counts := choose([]session{c.s}, func(*session) bool { return true })
			assert.Equal(t, &c.want, counts)
			assert.Len(t, chosen, c.want.Matched)
			_, counts = choose([]session{c.s}, func(*session) bool { return false })
			assert.Equal(t, &selection{Sessions: 1}, counts, "what does not match is not counted")
		})
	}
	assert.Equal(t, "1 of 4 sessions matches, 2 more must live (replication, Sentinel, the server's own), 1 more without an address to be killed by",
		(&selection{4, 1, 2, 1}).String())
}
