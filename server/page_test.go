package server_test

import (
	"fmt"
	"math"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/server"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// ids returns the ids of a page that is sorted by a field.
func ids(all []sessions.Session, field gen.SortField, order gen.SortOrder) (ids []string) {
	page, _ := server.PageOf(all, gen.ListClientsParams{Sort: &field, Order: &order})
	for _, c := range page {
		ids = append(ids, c.ID)
	}
	return ids
}

func TestEveryFieldSorts(t *testing.T) {
	t.Parallel()
	// Each field has three sessions, whose order by the field is 2, 3, 1, and a fourth
	// that is equal to 3.
	sorts := map[gen.SortField]func(s *sessions.Session, rank int){
		gen.SortFieldAddr: func(s *sessions.Session, rank int) {
			s.Addr = []string{"10.0.0.9:10", "10.0.0.10:9", "10.0.0.10:10"}[rank]
			s.Peer = netip.MustParseAddrPort(s.Addr)
		},
		gen.SortFieldFd:       func(s *sessions.Session, rank int) { s.FD = []string{"-1", "9", "10"}[rank] },
		gen.SortFieldDB:       func(s *sessions.Session, rank int) { s.DB = []string{"0", "9", "10"}[rank] },
		gen.SortFieldName:     func(s *sessions.Session, rank int) { s.Name = []string{"", "B", "a"}[rank] },
		gen.SortFieldCmd:      func(s *sessions.Session, rank int) { s.Cmd = []string{"NULL", "client|list", "ping"}[rank] },
		gen.SortFieldFlags:    func(s *sessions.Session, rank int) { s.Flags = []string{"N", "P", "x"}[rank] },
		gen.SortFieldEvents:   func(s *sessions.Session, rank int) { s.Events = []string{"r", "rw", "w"}[rank] },
		gen.SortFieldUser:     func(s *sessions.Session, rank int) { s.User = []string{"", "default", "ops"}[rank] },
		gen.SortFieldAge:      func(s *sessions.Session, rank int) { s.Age = int64(9 + rank) },
		gen.SortFieldIdle:     func(s *sessions.Session, rank int) { s.Idle = int64(9 + rank) },
		gen.SortFieldSub:      func(s *sessions.Session, rank int) { s.Sub = int64(9 + rank) },
		gen.SortFieldPsub:     func(s *sessions.Session, rank int) { s.PSub = int64(9 + rank) },
		gen.SortFieldMulti:    func(s *sessions.Session, rank int) { s.Multi = int64(rank - 1) },
		gen.SortFieldQbuf:     func(s *sessions.Session, rank int) { s.QBuf = int64(9 + rank) },
		gen.SortFieldQbufFree: func(s *sessions.Session, rank int) { s.QBufFree = int64(9 + rank) },
		gen.SortFieldObl:      func(s *sessions.Session, rank int) { s.OBL = int64(9 + rank) },
		gen.SortFieldOll:      func(s *sessions.Session, rank int) { s.OLL = int64(9 + rank) },
		gen.SortFieldOmem:     func(s *sessions.Session, rank int) { s.OMem = math.MaxInt64 - 2 + int64(rank) }, // more than an int32
	}
	sorts[gen.SortFieldPeer] = sorts[gen.SortFieldAddr]
	for field, set := range sorts {
		t.Run(string(field), func(t *testing.T) {
			all := []sessions.Session{{ID: 1}, {ID: 2}, {ID: 3}, {ID: 10}}
			for i, rank := range []int{2, 0, 1, 1} {
				set(&all[i], rank)
			}
			before := slices.Clone(all)
			assert.Equal(t, []string{"2", "3", "10", "1"}, ids(all, field, gen.SortOrderAsc))
			assert.Equal(t, []string{"2", "3", "10", "1"}, ids(all, field, gen.SortOrderEmpty))
			assert.Equal(t, []string{"1", "3", "10", "2"}, ids(all, field, gen.SortOrderDesc), "equal values are sorted by id")
			assert.Equal(t, before, all, "the list itself stays sorted by id")
		})
	}
	t.Run("network", func(t *testing.T) {
		all := []sessions.Session{{ID: 1, Flags: "U"}, {ID: 2, Flags: "N"}, {ID: 3, Flags: "N"}}
		assert.Equal(t, []string{"2", "3", "1"}, ids(all, gen.SortFieldNetwork, gen.SortOrderAsc))
		assert.Equal(t, []string{"1", "2", "3"}, ids(all, gen.SortFieldNetwork, gen.SortOrderDesc))
	})
	for _, field := range []gen.SortField{gen.SortFieldID, gen.SortFieldEmpty} {
		all := []sessions.Session{{ID: 9}, {ID: 10}, {ID: 100}}
		assert.Equal(t, []string{"9", "10", "100"}, ids(all, field, gen.SortOrderAsc))
		assert.Equal(t, []string{"100", "10", "9"}, ids(all, field, gen.SortOrderDesc))
		sorts[field] = nil
	}
	for _, field := range []string{"", "id", "addr", "fd", "name", "cmd", "age", "idle", "db", "flags", "sub", "psub", "multi", "qbuf", "qbuf_free", "obl", "oll", "omem", "events", "peer", "user"} {
		assert.Contains(t, sorts, gen.SortField(field))
	}
}

func TestSessionsWithEqualValuesAreSortedByID(t *testing.T) {
	t.Parallel()
	all := manySessions(500)
	for i := range all {
		all[i].Age = int64(i % 2)
	}
	byAge, limit := gen.SortFieldAge, int32(250)
	for order, from := range map[gen.SortOrder]int{gen.SortOrderAsc: 0, gen.SortOrderDesc: 1} {
		page, _ := server.PageOf(all, gen.ListClientsParams{Sort: &byAge, Order: &order, Limit: &limit})
		for i, c := range page {
			require.Equal(t, fmt.Sprint(2*i+from), c.ID, order)
		}
	}
}

func TestUnixSocketsSortBeforeAddresses(t *testing.T) {
	t.Parallel()
	all := []sessions.Session{
		{ID: 1, Addr: "1.1.1.1:1", Peer: netip.MustParseAddrPort("1.1.1.1:1")},
		{ID: 2, Addr: "/b:0"}, {ID: 3, Addr: "/a:0"},
	}
	assert.Equal(t, []string{"3", "2", "1"}, ids(all, gen.SortFieldAddr, gen.SortOrderAsc))
}

func TestACounterIsLimitedToInt32(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]int32{
		math.MinInt64: 0, -1: 0, 0: 0, 1: 1, math.MaxInt32: math.MaxInt32, math.MaxInt32 + 1: math.MaxInt32, 1 << 32: math.MaxInt32, math.MaxInt64: math.MaxInt32,
	} {
		page, _ := server.PageOf([]sessions.Session{{Age: n, Idle: n, Sub: n, PSub: n, Multi: n, QBuf: n, QBufFree: n, OBL: n, OLL: n, OMem: n}}, gen.ListClientsParams{})
		c := page[0]
		assert.Equal(t, slices.Repeat([]int32{want}, 9), []int32{c.Age, c.Idle, c.Sub, c.Psub, c.Qbuf, c.QbufFree, c.Obl, c.Oll, c.Omem}, "%d", n)
		if n < 0 {
			want = -1
		}
		assert.Equal(t, want, c.Multi, "%d", n)
	}
}

func TestTextIsCleanedForJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		"":             "",
		"plain":        "plain",
		"ünïcode 世界":   "ünïcode 世界",
		"\x01\x1f\x7f": "\x01\x1f\x7f", // JSON has escapes for them
		"\x00a\x00":    "\uFFFDa\uFFFD",
		"a\xff\xfeb":   "a\uFFFDb",
		"\xed\xa0\x80": "\uFFFD", // a lone surrogate
		"\xc3":         "\uFFFD",

		strings.Repeat("x", 1024):       strings.Repeat("x", 1024),
		strings.Repeat("x", 1<<20):      strings.Repeat("x", 1024),
		strings.Repeat("x", 1023) + "ü": strings.Repeat("x", 1023) + "\uFFFD", // cut in two
	} {
		page, _ := server.PageOf([]sessions.Session{{Addr: text, Name: text, Cmd: text, User: text, Flags: text, Events: text, FD: text, DB: text}}, gen.ListClientsParams{})
		c := page[0]
		for _, got := range []string{c.Addr, c.Peer, c.Name, c.Cmd, c.Flags, c.Events, c.Fd, c.DB} {
			assert.Equal(t, want, got, "%q", text)
		}
		if text == "" {
			assert.Empty(t, c.User, "a server without users lists none")
		} else {
			assert.Equal(t, want, c.User)
		}
	}
}

func manySessions(n int) []sessions.Session {
	all := make([]sessions.Session, n)
	for i := range all {
		addr := netip.AddrPortFrom(netip.AddrFrom4([4]byte{10, 0, byte(i * 7 % 251), byte(i % 250)}), uint16(i))
		all[i] = sessions.Session{ID: int64(i), Addr: addr.String(), Peer: addr, Name: fmt.Sprint("client-", i*7919%n), FD: "8", DB: "0", Flags: "N", Age: int64(i * 31 % 1000)}
	}
	return all
}

func TestAPageOfManySessionsAllocatesLittle(t *testing.T) {
	all := manySessions(10_000)
	byName, limit := gen.SortFieldName, int32(10)
	allocs := testing.AllocsPerRun(10, func() {
		server.PageOf(all, gen.ListClientsParams{Sort: &byName, Limit: &limit})
	})
	assert.LessOrEqual(t, allocs, 2.+10, "the indexes, the page and one id per row")
}

func BenchmarkPage(b *testing.B) {
	all := manySessions(10_000)
	for _, field := range []gen.SortField{gen.SortFieldID, gen.SortFieldName, gen.SortFieldAddr, gen.SortFieldFd, gen.SortFieldAge} {
		b.Run(string(field), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				server.PageOf(all, gen.ListClientsParams{Sort: &field})
			}
		})
	}
}
