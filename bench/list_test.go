package bench

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/tidwall/redcon"

	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// A roll is a fake node that always replies to CLIENT LIST with the same rows, and its
// clients.
type roll struct {
	addr  string
	rows  []string
	ours  *sessions.Node
	redis *redis.Client
}

// listPeers read the sessions of a node. They return the number of sessions and the sum of
// their ids and ages, so that none can skip the work.
var listPeers = []struct {
	name string
	list func(*roll) (n int, sum int64, err error)
}{
	{"bare", listBare},
	{"ours", listOurs},
	{"split-and-map", listMaps},
	{"go-redis", listInfos},
}

// listBare reads the reply and does not parse it.
func listBare(r *roll) (int, int64, error) {
	reply, err := r.redis.ClientList(context.Background()).Result()
	return strings.Count(reply, "\n"), 0, err
}

func listOurs(r *roll) (n int, sum int64, err error) {
	l, err := r.ours.List(context.Background())
	if err != nil {
		return 0, 0, err
	}
	for i := range l.Sessions {
		sum += l.Sessions[i].ID + l.Sessions[i].Age
	}
	return len(l.Sessions), sum, nil
}

// listMaps is the obvious parser. It returns sessions like ours.
func listMaps(r *roll) (n int, sum int64, err error) {
	reply, err := r.redis.ClientList(context.Background()).Result()
	if err != nil {
		return 0, 0, err
	}
	var list []sessions.Session
	for _, line := range strings.Split(strings.TrimSpace(reply), "\n") {
		row := map[string]string{}
		for _, field := range strings.Fields(line) {
			key, value, _ := strings.Cut(field, "=")
			row[key] = value
		}
		list = append(list, sessionOf(row))
	}
	for _, s := range list {
		sum += s.ID + s.Age
	}
	return len(list), sum, nil
}

func sessionOf(row map[string]string) sessions.Session {
	number := func(key string) int64 {
		n, _ := strconv.ParseInt(row[key], 10, 64)
		return n
	}
	peer, _ := netip.ParseAddrPort(row["addr"])
	return sessions.Session{
		ID: number("id"), Addr: row["addr"], Peer: peer, FD: row["fd"], Name: row["name"],
		Cmd: row["cmd"], User: row["user"], DB: row["db"], Flags: row["flags"], Events: row["events"],
		Age: number("age"), Idle: number("idle"), Sub: number("sub"), PSub: number("psub"),
		Multi: number("multi"), QBuf: number("qbuf"), QBufFree: number("qbuf-free"),
		OBL: number("obl"), OLL: number("oll"), OMem: number("omem"),
	}
}

// listInfos uses go-redis's own parser of CLIENT INFO: one row for each reply.
func listInfos(r *roll) (n int, sum int64, err error) {
	pipe := r.redis.Pipeline()
	infos := make([]*redis.ClientInfoCmd, len(r.rows))
	for i := range infos {
		infos[i] = pipe.ClientInfo(context.Background())
	}
	if _, err := pipe.Exec(context.Background()); err != nil {
		return 0, 0, err
	}
	for _, info := range infos {
		sum += info.Val().ID + int64(info.Val().Age.Seconds())
	}
	return len(infos), sum, nil
}

// unroll starts the fake node with n sessions.
func unroll(tb testing.TB, n int) *roll {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	r := &roll{addr: ln.Addr().String(), rows: rowsOf(n)}
	all, next := strings.Join(r.rows, ""), 0
	tb.Cleanup(func() { ln.Close() })
	answer := func(conn redcon.Conn, cmd redcon.Command) {
		if len(cmd.Args) < 2 {
			conn.WriteError("ERR unknown command")
			return
		}
		switch strings.ToLower(string(cmd.Args[1])) {
		case "id":
			conn.WriteInt(1)
		case "list":
			conn.WriteBulkString(all)
		case "info":
			conn.WriteBulkString(r.rows[next%n])
			next++
		default:
			conn.WriteError("ERR unknown command")
		}
	}
	go redcon.Serve(ln, answer, nil, nil) //nolint:errcheck // it ends with ln
	r.ours = sessions.New(sessions.Options{Address: r.addr})
	tb.Cleanup(func() { r.ours.Close() })
	r.redis = redis.NewClient(&redis.Options{Addr: r.addr, Protocol: 2, PoolSize: 1, DisableIdentity: true})
	tb.Cleanup(func() { r.redis.Close() })
	return r
}

// rowsOf returns rows as Redis 8 writes them.
func rowsOf(n int) []string {
	rows := make([]string, n)
	for i := range rows {
		rows[i] = fmt.Sprintf("id=%d addr=10.0.%d.%d:%d laddr=10.1.0.1:6379 fd=%d name=web-%d age=%d idle=%d flags=N db=0"+
			" sub=0 psub=0 ssub=0 multi=-1 watch=0 qbuf=0 qbuf-free=20474 argv-mem=10 multi-mem=0 rbs=1024 rbp=1024"+
			" obl=0 oll=0 omem=0 tot-mem=22298 events=r cmd=get user=default redir=-1 resp=2 lib-name= lib-ver="+
			" io-thread=0 tot-net-in=1021 tot-net-out=20858 tot-cmds=30\n",
			1000+i, i/250, i%250, 32768+i%28000, 8+i, i%40, i%5000, i%300)
	}
	return rows
}

// TestListPeers proves that each reads all rows, and bare none.
func TestListPeers(t *testing.T) {
	const n = 100
	r := unroll(t, n)
	want := int64(0)
	for i := range n {
		want += int64(1000 + i + i%5000)
	}
	for _, p := range listPeers {
		t.Run(p.name, func(t *testing.T) {
			got, sum, err := p.list(r)
			if err != nil || got != n {
				t.Fatalf("%d of %d: %v", got, n, err)
			}
			if p.name != "bare" && sum != want {
				t.Errorf("the sum is %d, want %d", sum, want)
			}
		})
	}
}

// BenchmarkList reads n sessions.
func BenchmarkList(b *testing.B) {
	const n = 10_000
	r := unroll(b, n)
	for _, p := range listPeers {
		b.Run(fmt.Sprintf("%s/n=%d", p.name, n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if got, _, err := p.list(r); err != nil || got != n {
					b.Fatalf("%d of %d: %v", got, n, err)
				}
			}
		})
	}
}
