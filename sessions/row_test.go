package sessions

import (
	"net/netip"
	"testing"

	"github.com/stretchr/testify/assert"
)

func TestRowsOfEveryVersionAreReadByTheirKeys(t *testing.T) {
	for name, c := range map[string]struct {
		line string
		want row
		ok   bool
	}{
		"Redis 4": {
			"id=3 addr=127.0.0.1:50000 fd=8 name=web age=1 idle=0 flags=N db=0 sub=0 psub=0 multi=-1 qbuf=0 qbuf-free=0 obl=0 oll=0 omem=0 events=r cmd=ping",
			row{3, "127.0.0.1:50000", netip.MustParseAddrPort("127.0.0.1:50000"), "web", "N"}, true,
		},
		"keys in another order, and new ones": {
			"laddr=[::1]:6379 flags=P watch=0 name= addr=[::1]:50000 id=4 capa=r tot-net-in=7\r",
			row{4, "[::1]:50000", netip.MustParseAddrPort("[::1]:50000"), "", "P"}, true,
		},
		"a name that looks like an address": {
			"id=5 addr=10.0.0.1:1 name=addr=1.1.1.1:1 flags=N",
			row{5, "10.0.0.1:1", netip.MustParseAddrPort("10.0.0.1:1"), "addr=1.1.1.1:1", "N"}, true,
		},
		"an IPv4 address mapped into IPv6": {
			"id=6 addr=[::ffff:10.0.0.1]:1 name= flags=N",
			row{6, "[::ffff:10.0.0.1]:1", netip.MustParseAddrPort("10.0.0.1:1"), "", "N"}, true,
		},
		"a Unix socket has no peer": {
			"id=7 addr=/run/redis.sock:0 name= flags=U",
			row{7, "/run/redis.sock:0", netip.AddrPort{}, "", "U"}, true,
		},
		"an empty line":        {"", row{}, false},
		"a line without an id": {"addr=10.0.0.1:1 flags=N", row{}, false},
	} {
		t.Run(name, func(t *testing.T) {
			got, ok := parseRow(c.line)
			assert.Equal(t, c.ok, ok)
			if ok {
				assert.Equal(t, c.want, got)
			}
		})
	}
}

func TestWhoIsProtected(t *testing.T) {
	for name, c := range map[string]struct {
		row  row
		want bool
	}{
		"a plain client":                 {row{flags: "N"}, false},
		"a subscriber":                   {row{flags: "P"}, false},
		"a monitor":                      {row{flags: "O"}, false},
		"a replica":                      {row{flags: "S"}, true},
		"the primary":                    {row{flags: "M"}, true},
		"a client of a sentinel library": {row{flags: "N", name: "sentinel-aware-app"}, false},
		"a Sentinel's command link":      {row{flags: "N", name: "sentinel-12ab-cmd"}, true},
		"a Sentinel's subscription":      {row{flags: "P", name: "sentinel-12ab-pubsub"}, true},
		"a name with Sentinel's in it":   {row{flags: "N", name: "my-sentinel-12ab-cmd"}, false},
	} {
		t.Run(name, func(t *testing.T) { assert.Equal(t, c.want, c.row.isProtected()) })
	}
}
