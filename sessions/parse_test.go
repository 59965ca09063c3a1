package sessions

import (
	"fmt"
	"math"
	"net/netip"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"
)

// The rows are from servers of each version, with other addresses.
func TestParseReadsRowsOfEveryVersion(t *testing.T) {
	web := Session{
		ID: 3, Addr: "[::1]:47138", Peer: netip.MustParseAddrPort("[::1]:47138"),
		FD: "9", Name: "web-1", Cmd: "get", User: "default", DB: "2", Flags: "x", Events: "r",
		Age: 11, Idle: 7, Sub: 1, PSub: 4, Multi: 5, QBuf: 26, QBufFree: 20474, OBL: 8, OLL: 6, OMem: 20504,
	}
	withoutUser := web
	withoutUser.User = ""
	socket := Session{ID: 4, Addr: "/run/redis.sock:0", FD: "13", Cmd: "subscribe", User: "default", DB: "0", Flags: "PU", Events: "r", Sub: 1, Multi: -1}
	socket9 := socket
	socket9.Addr = "[/run/redis.sock:0]:0"
	for name, c := range map[string]struct {
		row  string
		want Session
	}{
		"Redis 4.0":             {"id=3 addr=[::1]:47138 fd=9 name=web-1 age=11 idle=7 flags=x db=2 sub=1 psub=4 multi=5 qbuf=26 qbuf-free=20474 obl=8 oll=6 omem=20504 events=r cmd=get", withoutUser},
		"Redis 6.0":             {"id=3 addr=[::1]:47138 fd=9 name=web-1 age=11 idle=7 flags=x db=2 sub=1 psub=4 multi=5 qbuf=26 qbuf-free=20474 obl=8 oll=6 omem=20504 events=r cmd=get user=default", web},
		"Redis 7.0":             {"id=3 addr=[::1]:47138 laddr=[::1]:6379 fd=9 name=web-1 age=11 idle=7 flags=x db=2 sub=1 psub=4 ssub=3 multi=5 qbuf=26 qbuf-free=20474 argv-mem=10 multi-mem=20 rbs=1024 rbp=12 obl=8 oll=6 omem=20504 tot-mem=22340 events=r cmd=get user=default redir=-1 resp=2", web},
		"Redis 8.0":             {"id=3 addr=[::1]:47138 laddr=[::1]:6379 fd=9 name=web-1 age=11 idle=7 flags=x db=2 sub=1 psub=4 ssub=3 multi=5 watch=1 qbuf=26 qbuf-free=20474 argv-mem=10 multi-mem=20 rbs=1024 rbp=9 obl=8 oll=6 omem=20504 tot-mem=1988 events=r cmd=get user=default redir=-1 resp=2 lib-name= lib-ver= io-thread=0", web},
		"Redis 8.6":             {"id=3 addr=[::1]:47138 laddr=[::1]:6379 fd=9 name=web-1 age=11 idle=7 flags=x db=2 sub=1 psub=4 ssub=3 multi=5 watch=1 qbuf=26 qbuf-free=20474 argv-mem=10 multi-mem=20 rbs=1024 rbp=9 obl=8 oll=6 omem=20504 tot-mem=1988 events=r cmd=get user=default redir=-1 resp=3 lib-name=go-redis(,go1.26) lib-ver=9.23.0 io-thread=0 tot-net-in=102 tot-net-out=208588 tot-cmds=3 read-events=3 avg-pipeline-len-sum=3 avg-pipeline-len-cnt=3", web},
		"Valkey 9.1":            {"id=3 addr=[::1]:47138 laddr=[::1]:6379 fd=9 name=web-1 age=11 idle=7 flags=x capa=r db=2 sub=1 psub=4 ssub=3 multi=5 watch=1 qbuf=26 qbuf-free=20474 argv-mem=0 multi-mem=20 rbs=1024 rbp=9 obl=8 oll=6 omem=20504 tot-mem=1748 events=r cmd=get user=default redir=-1 resp=2 lib-name= lib-ver= tot-net-in=102 tot-net-out=238601 tot-cmds=3", web},
		"a Unix socket":         {"id=4 addr=/run/redis.sock:0 laddr=/run/redis.sock:0 fd=13 name= age=0 idle=0 flags=PU db=0 sub=1 psub=0 ssub=0 multi=-1 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=22272 events=r cmd=subscribe user=default redir=-1 resp=2", socket},
		"Valkey 9's own":        {"id=4 addr=[/run/redis.sock:0]:0 laddr=[/run/redis.sock:0]:0 fd=13 name= age=0 idle=0 flags=PU capa= db=0 sub=1 psub=0 ssub=0 multi=-1 watch=0 qbuf=0 qbuf-free=0 argv-mem=0 multi-mem=0 rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=1664 events=r cmd=subscribe user=default redir=-1 resp=2 lib-name= lib-ver= tot-net-in=27 tot-net-out=238582 tot-cmds=1", socket9},
		"keys in another order": {"cmd=get omem=20504 oll=6 obl=8 qbuf-free=20474 qbuf=26 multi=5 psub=4 sub=1 idle=7 age=11 events=r flags=x db=2 user=default name=web-1 fd=9 addr=[::1]:47138 id=3\r", web},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, []Session{c.want}, parseList(c.row+"\n"))
			assert.Equal(t, []Session{c.want, c.want}, parseList(c.row+"\n"+c.row+"\n\n"))
		})
	}
}

func TestParseReadsUnusualFields(t *testing.T) {
	for name, c := range map[string]struct {
		fields string
		want   Session
	}{
		"a name that is an address":          {"addr=10.0.0.1:1 name=addr=1.1.1.1:1", Session{Addr: "10.0.0.1:1", Peer: netip.MustParseAddrPort("10.0.0.1:1"), Name: "addr=1.1.1.1:1"}},
		"an IPv4 address mapped into IPv6":   {"addr=[::ffff:10.0.0.1]:1", Session{Addr: "[::ffff:10.0.0.1]:1", Peer: netip.MustParseAddrPort("10.0.0.1:1")}},
		"a peer that the server cannot tell": {"addr=?:0", Session{Addr: "?:0"}},
		"a socket below the server's folder": {"addr=redis.sock:0", Session{Addr: "redis.sock:0"}},
		"a name with a space":                {"addr=?:0 name=a b  age=3", Session{Addr: "?:0", Name: "a", Age: 3}},
		"no flags":                           {"addr=?:0 flags=", Session{Addr: "?:0"}},
		"numbers that are none":              {"addr=?:0 age= idle=x omem=1.5 obl=0x1 sub=--1", Session{Addr: "?:0"}},
		"numbers that no int64 holds": {
			"addr=?:0 omem=18446744073709551615 obl=9223372036854775807 multi=-99999999999999999999",
			Session{Addr: "?:0", OMem: math.MaxInt64, OBL: math.MaxInt64, Multi: math.MinInt64},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.ID, c.want.Flags = 7, "N"
			assert.Equal(t, []Session{c.want}, parseList("id=7 "+c.fields))
		})
	}
}

// The path of a Unix socket may contain any text.
func TestAPathCannotFakeAField(t *testing.T) {
	const fields = " fd=13 name=web age=3 idle=2 flags=U db=0 cmd=get user=default"
	for name, path := range map[string]string{
		"a plain one":                   "/run/redis.sock:0",
		"with a space":                  "/run/my redis.sock:0",
		"Valkey 9's with spaces":        "[/run/my own redis.sock:0]:0",
		"with fields":                   "/run/x fd=9 name=sentinel-x-cmd flags=S id=9:0",
		"with its own laddr":            "/run/x laddr=/run/x fd=9 name=y flags=M:0",
		"with two":                      "/run/x laddr=10.0.0.1:6379 laddr=10.0.0.1:6379 fd=9 flags=M:0",
		"with an addr":                  "/run/x addr=10.0.0.1:1 y:0",
		"relative, like an address":     "10.0.0.1:0",
		"like an address, with a laddr": "10.0.0.1:5 laddr=10.0.0.2:6379 fd=9 flags=M:0",
	} {
		t.Run(name, func(t *testing.T) {
			want := Session{ID: 7, Addr: path, FD: "13", Name: "web", Age: 3, Idle: 2, Flags: "U", DB: "0", Cmd: "get", User: "default"}
			assert.Equal(t, []Session{want}, parseList("id=7 addr="+path+" laddr="+path+fields), "from 6.2")
			if !strings.Contains(path, " laddr=") {
				assert.Equal(t, []Session{want}, parseList("id=7 addr="+path+fields), "before")
			}
		})
	}
}

func TestLinesThatAreNotSessionsAreSkipped(t *testing.T) {
	for name, line := range map[string]string{
		"an empty one":      "",
		"without an id":     "addr=10.0.0.1:1 flags=N",
		"with a bad id":     "id=x addr=10.0.0.1:1",
		"without a address": "id=7 flags=N",
		"without any key":   "OK",
	} {
		t.Run(name, func(t *testing.T) { assert.Empty(t, parseList(line+"\n")) })
	}
}

func TestParseSortsByID(t *testing.T) {
	var ids []int64
	for _, s := range parseList("id=5 addr=?:0\nid=9 addr=?:0\nid=3 addr=?:0 flags=M\nid=x\nid=7 addr=?:0\n") {
		ids = append(ids, s.ID)
	}
	assert.Equal(t, []int64{3, 5, 7, 9}, ids)
}

func TestFlagsAndNameDecideTheProtection(t *testing.T) {
	for name, c := range map[string]struct {
		fields string
		want   bool
	}{
		"a plain client":                 {"flags=N", false},
		"a subscriber":                   {"flags=P", false},
		"a monitor":                      {"flags=O", false},
		"a replica":                      {"flags=S", true},
		"the primary":                    {"flags=M", true},
		"an importer of slots":           {"flags=Mo", true},
		"a client named after a flag":    {"name=flags=S flags=N", false},
		"a client of a sentinel library": {"name=sentinel-aware-app flags=N", false},
		"a Sentinel's command link":      {"name=sentinel-12ab-cmd flags=N", true},
		"a Sentinel's subscription":      {"name=sentinel-12ab-pubsub flags=P", true},
		"a name with Sentinel's in it":   {"name=my-sentinel-12ab-cmd flags=N", false},
	} {
		t.Run(name, func(t *testing.T) {
			list := parseList("id=7 addr=10.0.0.1:1 " + c.fields)
			require.Len(t, list, 1)
			assert.Equal(t, c.want, list[0].Protected())
		})
	}
}

// replyOf returns a reply of n rows in the format of current servers.
func replyOf(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "id=%d addr=10.0.%d.%d:%d laddr=10.1.0.1:6379 fd=%d name=web-%d age=%d idle=%d flags=N capa= db=0"+
			" sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=0 qbuf-free=20474 argv-mem=10 multi-mem=0 rbs=1024 rbp=1024"+
			" obl=0 oll=0 omem=0 tot-mem=22298 events=r cmd=get user=default redir=-1 resp=2 lib-name= lib-ver="+
			" io-thread=0 tot-net-in=1021 tot-net-out=20858 tot-cmds=30\n",
			1000+i, i/250, i%250, 32768+i%28000, 8+i, i%40, i%5000, i%300)
	}
	return b.String()
}

func TestParseAllocatesOnce(t *testing.T) {
	reply := replyOf(1000) + strings.Repeat("id=1 addr=/run/redis.sock:0 flags=U\n", 100)
	var list []Session
	allocs := testing.AllocsPerRun(10, func() { list = parseList(reply) })
	assert.Len(t, list, 1100)
	assert.LessOrEqual(t, allocs, 1.0, "for any number of rows")
}

// splitAndMap is the simplest parser: it splits each row into a map.
func splitAndMap(reply string) (list []Session) {
	for _, line := range strings.Split(strings.TrimSpace(reply), "\n") {
		row := map[string]string{}
		for _, field := range strings.Fields(line) {
			key, value, _ := strings.Cut(field, "=")
			row[key] = value
		}
		list = append(list, fromMap(row))
	}
	return list
}

func fromMap(row map[string]string) Session {
	return Session{
		ID: parseInt(row["id"]), Addr: row["addr"], Peer: parsePeer(row["addr"]), FD: row["fd"], Name: row["name"],
		Cmd: row["cmd"], User: row["user"], DB: row["db"], Flags: row["flags"], Events: row["events"],
		Age: parseInt(row["age"]), Idle: parseInt(row["idle"]), Sub: parseInt(row["sub"]), PSub: parseInt(row["psub"]),
		Multi: parseInt(row["multi"]), QBuf: parseInt(row["qbuf"]), QBufFree: parseInt(row["qbuf-free"]),
		OBL: parseInt(row["obl"]), OLL: parseInt(row["oll"]), OMem: parseInt(row["omem"]),
	}
}

// A server accepts no name with spaces or control characters. Any other name of a
// client changes no other field.
func FuzzParse(f *testing.F) {
	f.Add("id=1 addr=10.0.0.1:1 flags=N\n", "web")
	f.Add("id=1 addr=[/run/redis.sock:0]:0 =\n=\r\n", "flags=S")
	f.Add("id= addr=[::1%1]:70000 name age=99999999999999999999", "addr=1.1.1.1:1")
	f.Add(replyOf(2), "=")
	f.Fuzz(func(t *testing.T, reply, name string) {
		for _, s := range parseList(reply) {
			if s.ID <= 0 || s.Addr == "" || s.Flags == "" {
				t.Fatalf("%+v", s)
			}
		}
		if strings.ContainsFunc(name, func(r rune) bool { return r < '!' || r > '~' }) {
			return
		}
		const row = "id=5 addr=10.0.0.1:1 laddr=10.0.0.2:6379 fd=8 name=%s age=1 idle=2 flags=x db=3 sub=4 psub=5 multi=6 qbuf=7 qbuf-free=8 obl=9 oll=10 omem=11 events=r cmd=get user=default lib-name=%s lib-ver=%s\n"
		plain, named := parseList(fmt.Sprintf(row, "", "", "")), parseList(fmt.Sprintf(row, name, name, name))
		if len(named) != 1 || named[0].Name != name {
			t.Fatalf("%q: %+v", name, named)
		}
		named[0].Name, named[0].protection = "", Unprotected // a name may be a Sentinel's
		if named[0] != plain[0] {
			t.Fatalf("%q: %+v", name, named)
		}
	})
}
