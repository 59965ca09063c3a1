package sessions

import (
	"net/netip"
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

func TestWhichSessionIsTheOneThatWasListed(t *testing.T) {
	a, other := netip.MustParseAddrPort("10.0.0.1:1"), netip.MustParseAddrPort("10.0.0.1:2")
	listed := time.Now()
	target := Target{Addr: a, id: 7, age: 10, at: listed, run: 1}
	for name, c := range map[string]struct {
		session Session
		after   time.Duration
		run     uint64
		want    bool
	}{
		"the same": {Session{ID: 7, Peer: a, Age: 110}, 100 * time.Second, 1, true},
		"over the same connection, whatever the clock says": {Session{ID: 7, Peer: a, Age: 0}, 100 * time.Second, 1, true},
		"of another id":                  {Session{ID: 8, Peer: a, Age: 110}, 100 * time.Second, 1, false},
		"of another address":             {Session{ID: 7, Peer: other, Age: 110}, 100 * time.Second, 1, false},
		"over another connection":        {Session{ID: 7, Peer: a, Age: 110}, 100 * time.Second, 2, true},
		"with its seconds just not full": {Session{ID: 7, Peer: a, Age: 108}, 100 * time.Second, 2, true},
		"too young after a restart":      {Session{ID: 7, Peer: a, Age: 107}, 100 * time.Second, 2, false},
		"born right after it":            {Session{ID: 7, Peer: a, Age: 99}, 100 * time.Second, 2, false},
		"of no age that can be":          {Session{ID: 7, Peer: a, Age: -1 << 63}, 100 * time.Second, 2, false},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, target.is(&c.session, listed.Add(c.after), c.run))
		})
	}
}

func TestATargetOfAListing(t *testing.T) {
	l := &Listing{At: time.Now(), run: 3, Sessions: parseList(
		"id=5 addr=10.0.0.1:1 age=9\nid=6 addr=/run/redis.sock:0\nid=7 addr=10.0.0.1:1 age=1\nid=8 addr=[::1]:2")}
	a, six := netip.MustParseAddrPort("10.0.0.1:1"), netip.MustParseAddrPort("[::1]:2")
	for name, c := range map[string]struct {
		addr netip.AddrPort
		want Target
	}{
		"of two with one address is the one that came last": {a, Target{a, 7, 1, l.At, 3}},
		"of a mapped address is the same":                   {netip.MustParseAddrPort("[::ffff:10.0.0.1]:1"), Target{a, 7, 1, l.At, 3}},
		"of IPv6":                                           {six, Target{six, 8, 0, l.At, 3}},
		"that it does not have is any":                      {netip.MustParseAddrPort("10.0.0.2:1"), Target{Addr: netip.MustParseAddrPort("10.0.0.2:1")}},
		"of no address is not a Unix socket's":              {netip.AddrPort{}, Target{}},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, l.Target(c.addr)) })
	}
}
