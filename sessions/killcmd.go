package sessions

import (
	"encoding/binary"
	"net/netip"
	"strconv"
	"strings"
)

// together is up to how many orders of a call are sent with all their filters at
// one go; of more, the next filter is sent where the one before it hit nobody.
const together = 4

// An order is to kill a session, or whatever is at an address.
type order struct {
	filters [][]string // of CLIENT KILL, what is left of them

	queued   bool
	sent     bool
	awaited  int // replies
	answered bool
	killed   int64
}

// CLIENT KILL takes one type, and a session that subscribes is of another. No
// type that is not here is ever killed.
const (
	typeNormal = "normal"
	typePubSub = "pubsub"
)

// order is how a session is killed that was just seen: by its id and type, and
// by its address as a second condition. A Unix socket's address is no condition:
// all its clients have it, and a path may have spaces.
func (s *Session) order() *order {
	filter := []string{"ID", strconv.FormatInt(s.ID, 10)}
	if s.Peer.IsValid() {
		filter = append(filter, "ADDR", s.Addr)
	}
	kind := typeNormal
	if strings.Contains(s.Flags, "P") {
		kind = typePubSub
	}
	return &order{filters: [][]string{append(filter, "TYPE", kind)}}
}

// orderAt is how whatever is at an address is killed, unseen. A session may
// begin or end to subscribe in between, so the first type is asked for again.
func (l *link) orderAt(peer netip.AddrPort) *order {
	v := &order{}
	for _, kind := range []string{typeNormal, typePubSub, typeNormal} {
		for _, text := range l.spellings(peer) {
			v.filters = append(v.filters, []string{"ADDR", text, "TYPE", kind})
		}
	}
	return v
}

// spellings are how the server may show an address, which a kill by address has
// to say alike. inet_ntop writes an IPv6 address of an IPv4 one, ::1.2.3.4, with
// dots or without, and a socket for both families shows ::ffff:1.2.3.4.
func (l *link) spellings(peer netip.AddrPort) []string {
	a, plain := peer.Addr(), peer.String()
	if a.Is4() {
		if l.dotted {
			return []string{plain}
		}
		return []string{plain, netip.AddrPortFrom(netip.AddrFrom16(a.As16()), peer.Port()).String()}
	}
	bytes := a.As16()
	if binary.BigEndian.Uint64(bytes[:8]) != 0 || binary.BigEndian.Uint32(bytes[8:12]) != 0 || bytes[12] == 0 && bytes[13] == 0 {
		return []string{plain}
	}
	four := netip.AddrFrom4([4]byte(bytes[12:]))
	return []string{plain, "[::" + four.String() + "]:" + strconv.Itoa(int(peer.Port()))}
}
