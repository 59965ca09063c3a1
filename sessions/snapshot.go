package sessions

import (
	"cmp"
	"net/netip"
	"slices"
)

// A Snapshot is what a kill needs of a [Listing]: at most 32 bytes per session. It
// is valid for one run of the server or, if the node's user may not run INFO, for
// one connection. After that none of the listed sessions exists any more.
type Snapshot struct {
	runID  string
	ids    []int64     // ascending
	addrs  []addrBytes // of the session with the same index
	byAddr []uint32    // indexes of addrs, sorted by address
}

// An addrBytes is an IP address and a port, without padding. Zero is no address.
type addrBytes struct {
	ip   [16]byte
	port [2]byte
}

func bytesOf(a netip.AddrPort) (b addrBytes) {
	if a.IsValid() {
		b.ip = a.Addr().As16()
		b.port = [2]byte{byte(a.Port() >> 8), byte(a.Port())}
	}
	return b
}

func (b addrBytes) compare(other addrBytes) int {
	return cmp.Or(slices.Compare(b.ip[:], other.ip[:]), slices.Compare(b.port[:], other.port[:]))
}

// Snapshot returns what kills need of the listing. It does not keep the listing's
// sessions in memory.
func (l *Listing) Snapshot() *Snapshot {
	n := len(l.Sessions)
	s := &Snapshot{runID: l.runID, ids: make([]int64, n), addrs: make([]addrBytes, n), byAddr: make([]uint32, n)}
	for i := range l.Sessions {
		s.ids[i], s.addrs[i], s.byAddr[i] = l.Sessions[i].ID, bytesOf(l.Sessions[i].Peer), uint32(i)
	}
	slices.SortStableFunc(s.byAddr, func(a, b uint32) int { return s.addrs[a].compare(s.addrs[b]) })
	return s
}

// Len returns the number of listed sessions.
func (s *Snapshot) Len() int { return len(s.ids) }

// Addr returns the target for the session that was listed at a. If none was, it is
// the session that is at a now.
func (s *Snapshot) Addr(a netip.AddrPort) Target {
	t := Target{Addr: canonical(a)}
	if len(s.at(t.Addr)) > 0 {
		t.snapshot = s
	}
	return t
}

// ID returns the target for the session that was listed with id. If none was, it
// is the session that has this id now.
func (s *Snapshot) ID(id int64) Target {
	t := Target{id: id}
	if _, ok := slices.BinarySearch(s.ids, id); ok {
		t.snapshot = s
	}
	return t
}

// at returns the indexes of the sessions that were listed at an address.
func (s *Snapshot) at(a netip.AddrPort) []uint32 {
	if !a.IsValid() { // a Unix socket's sessions have none
		return nil
	}
	want := bytesOf(a)
	from, _ := slices.BinarySearchFunc(s.byAddr, want, func(i uint32, want addrBytes) int { return s.addrs[i].compare(want) })
	to := from
	for to < len(s.byAddr) && s.addrs[s.byAddr[to]] == want {
		to++
	}
	return s.byAddr[from:to]
}
