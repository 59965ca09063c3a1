package sessions

import (
	"fmt"
	"net/netip"
	"runtime"
	"strings"
	"testing"
	"unsafe"

	"github.com/stretchr/testify/assert"
)

func TestASnapshotsTargetIsTheListedSession(t *testing.T) {
	l := &Listing{runID: "run", Sessions: parseList(
		"id=5 addr=10.0.0.1:1\nid=6 addr=/run/redis.sock:0 flags=U\nid=7 addr=10.0.0.1:1\nid=8 addr=[::1]:2\nid=9 addr=[::1.2.3.4]:3\nid=10 addr=10.0.0.1:2\n")}
	s := l.Snapshot()
	for name, c := range map[string]struct {
		target Target
		ids    []int64 // listed at the target's address
	}{
		"of two with one address is both":      {s.Addr(netip.MustParseAddrPort("10.0.0.1:1")), []int64{5, 7}},
		"of a mapped address is the same":      {s.Addr(netip.MustParseAddrPort("[::ffff:10.0.0.1]:2")), []int64{10}},
		"of IPv6":                              {s.Addr(netip.MustParseAddrPort("[::1]:2")), []int64{8}},
		"of IPv6 with a zone is the same":      {s.Addr(netip.MustParseAddrPort("[::1%eth0]:2")), []int64{8}},
		"of IPv6 in another spelling":          {s.Addr(netip.MustParseAddrPort("[::102:304]:3")), []int64{9}},
		"that it does not have is any":         {s.Addr(netip.MustParseAddrPort("10.0.0.2:1")), nil},
		"of another port is any":               {s.Addr(netip.MustParseAddrPort("10.0.0.1:3")), nil},
		"of no address is not a Unix socket's": {s.Addr(netip.AddrPort{}), nil},
	} {
		t.Run(name, func(t *testing.T) {
			var ids []int64
			for _, at := range s.at(c.target.Addr) {
				ids = append(ids, s.ids[at])
			}
			assert.Equal(t, c.ids, ids)
			assert.Equal(t, c.ids != nil, c.target.snapshot != nil)
		})
	}
	assert.Same(t, s, s.ID(6).snapshot, "of an id")
	assert.Nil(t, s.ID(11).snapshot, "of an id that it does not have")
}

// A server keeps the snapshot of every caller for a while.
func TestASnapshotTakes32BytesPerSession(t *testing.T) {
	const n = 10_000
	perSession := unsafe.Sizeof(int64(0)) + unsafe.Sizeof(addrBytes{}) + unsafe.Sizeof(uint32(0))
	assert.LessOrEqual(t, perSession, uintptr(32))

	l := &Listing{runID: "run", Sessions: parseList(replyOf(n))}
	var kept []*Snapshot
	before := heap()
	for range 20 {
		kept = append(kept, l.Snapshot())
	}
	grown := heap() - before
	assert.LessOrEqual(t, grown, int64(20*(32*n+4096)))
	runtime.KeepAlive(kept)
	runtime.KeepAlive(l)
}

func heap() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// The texts of a listing point into the server's reply.
func TestASnapshotDoesNotKeepTheListing(t *testing.T) {
	before := heap()
	s := (&Listing{Sessions: parseList(strings.Repeat("id=1 addr=10.0.0.1:1 name="+strings.Repeat("x", 10_000)+"\n", 1000))}).Snapshot()
	assert.Less(t, heap()-before, int64(1<<20), "of 10 MB")
	runtime.KeepAlive(s)
}

func TestAnAddressHasTheseSpellings(t *testing.T) {
	for _, c := range []struct {
		addr   string
		dotted bool
		want   string
	}{
		{"1.2.3.4:5", true, "1.2.3.4:5"},
		{"1.2.3.4:5", false, "1.2.3.4:5 [::ffff:1.2.3.4]:5"},
		{"[2001:db8::1]:5", true, "[2001:db8::1]:5"},
		{"[::1]:5", true, "[::1]:5"},
		{"[::102:304]:5", true, "[::102:304]:5 [::1.2.3.4]:5"},
		{"[::1.2.3.4]:5", true, "[::102:304]:5 [::1.2.3.4]:5"},
		{"[::1:0:1.2.3.4]:5", true, "[::1:0:102:304]:5"},
	} {
		l := &conn{plainIPv4: c.dotted}
		got := strings.Join(l.spellings(canonical(netip.MustParseAddrPort(c.addr))), " ")
		assert.Equal(t, c.want, got, fmt.Sprint(c.addr, c.dotted))
	}
}
