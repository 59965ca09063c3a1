package sessions

import (
	"net/netip"
	"strconv"
	"strings"
)

// A row is what a kill needs of one line of CLIENT LIST.
type row struct {
	id    int64
	addr  string         // as the server writes it, for its ADDR filter
	peer  netip.AddrPort // addr, canonical; zero for a Unix socket
	name  string
	flags string
}

// parseRow reads a line by its keys: their order and number differ by version,
// and keys that are not known here are of no interest. Each field is cut at its
// first "=", for a client may call itself "addr=1.1.1.1:1". ok is false for a
// line without an id or an address.
func parseRow(line string) (r row, ok bool) {
	for field := range strings.SplitSeq(strings.TrimRight(line, "\r"), " ") {
		key, value, _ := strings.Cut(field, "=")
		switch key {
		case "id":
			r.id, _ = strconv.ParseInt(value, 10, 64)
		case "addr":
			r.addr = value
			if peer, err := netip.ParseAddrPort(value); err == nil {
				r.peer = canonical(peer)
			}
		case "name":
			r.name = value
		case "flags":
			r.flags = value
		}
	}
	return r, r.id > 0 && r.addr != ""
}

// canonical gives one form to addresses that are the same: an IPv4 address may
// come mapped into IPv6.
func canonical(a netip.AddrPort) netip.AddrPort {
	return netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
}

// isProtected tells whether the session must live, whoever asks: a replication
// link in either direction, by its flags (S: a replica, M: the primary), or one
// of Sentinel's.
func (r row) isProtected() bool {
	return strings.ContainsAny(r.flags, "SM") || r.isSentinel()
}

// isSentinel tells a Sentinel's link, which only the name does: sentinel-<id>-cmd
// and sentinel-<id>-pubsub.
func (r row) isSentinel() bool {
	return strings.HasPrefix(r.name, "sentinel-") &&
		(strings.HasSuffix(r.name, "-cmd") || strings.HasSuffix(r.name, "-pubsub"))
}

// types returns the two session types that may be killed, the likelier first:
// CLIENT KILL takes one, and a session that subscribes is of another.
func (r row) types() [2]string {
	if strings.Contains(r.flags, "P") {
		return [2]string{"pubsub", "normal"}
	}
	return [2]string{"normal", "pubsub"}
}
