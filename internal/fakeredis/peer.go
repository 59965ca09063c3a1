package fakeredis

import (
	"fmt"
	"net"
	"strings"
	"syscall"
	"time"

	"github.com/tidwall/redcon"
)

// A peer is the server's side of one connection. The server's mu guards it, except
// for the Write methods of conn, which only the peer's own commands call.
type peer struct {
	id          int64
	addr, laddr string
	fd          int
	conn        redcon.Conn
	name        string
	db          int
	channels    []string // in the order of subscription
	cmd         string   // the last command; Redis prints NULL if there is none
	born        time.Time
	active      time.Time
	gone        bool // killed or disconnected; runs no more commands
	hangUp      bool // close the connection after the reply
}

func newPeer(id int64, conn redcon.Conn, now time.Time) *peer {
	return &peer{
		id: id, conn: conn, born: now, active: now, cmd: "NULL",
		addr:  conn.RemoteAddr(),
		laddr: conn.NetConn().LocalAddr().String(),
		fd:    fdOf(conn.NetConn()),
	}
}

func fdOf(conn net.Conn) (fd int) {
	if sc, ok := conn.(syscall.Conn); ok {
		if raw, err := sc.SyscallConn(); err == nil {
			_ = raw.Control(func(n uintptr) { fd = int(n) })
		}
	}
	return fd
}

// kind is the value that TYPE filters by. Masters and replicas never connect here.
func (p *peer) kind() string {
	if len(p.channels) > 0 {
		return "pubsub"
	}
	return "normal"
}

func (p *peer) flags() string {
	if len(p.channels) > 0 {
		return "P"
	}
	return "N"
}

// row returns the peer's line of CLIENT LIST, with the fields of Redis 7.0 in its
// order (catClientInfoString in networking.c). The buffers are those of an idle
// client.
func (p *peer) row(now time.Time) string {
	var b strings.Builder
	fmt.Fprintf(&b, "id=%d addr=%s laddr=%s fd=%d name=%s age=%d idle=%d flags=%s db=%d sub=%d",
		p.id, p.addr, p.laddr, p.fd, p.name, seconds(now.Sub(p.born)), seconds(now.Sub(p.active)),
		p.flags(), p.db, len(p.channels))
	b.WriteString(" psub=0 ssub=0 multi=-1 qbuf=0 qbuf-free=20474 argv-mem=0 multi-mem=0")
	b.WriteString(" rbs=1024 rbp=0 obl=0 oll=0 omem=0 tot-mem=22298 events=r")
	fmt.Fprintf(&b, " cmd=%s user=default redir=-1 resp=2\n", p.cmd)
	return b.String()
}

func seconds(d time.Duration) int64 { return int64(d / time.Second) }
