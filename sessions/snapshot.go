package sessions

import (
	"cmp"
	"net/netip"
	"slices"
)

// A Snapshot is what a kill needs of a Listing: at most 32 bytes a session. It
// holds for one run of the server, and where the node's user may not ask for
// INFO, for one connection. After that nobody is the session that was listed.
type Snapshot struct {
	run    string
	ids    []int64 // ascending
	peers  []peerBytes
	byPeer []uint32 // indexes of peers, ascending by what they point to
}

// A peerBytes is an ip and a port, without padding; zero is no address.
type peerBytes struct {
	ip   [16]byte
	port [2]byte
}

func bytesOf(a netip.AddrPort) (b peerBytes) {
	if a.IsValid() {
		b.ip = a.Addr().As16()
		b.port = [2]byte{byte(a.Port() >> 8), byte(a.Port())}
	}
	return b
}

func (b peerBytes) compare(other peerBytes) int {
	return cmp.Or(slices.Compare(b.ip[:], other.ip[:]), slices.Compare(b.port[:], other.port[:]))
}

// Snapshot returns what kills need of the listing, without its rows.
func (l *Listing) Snapshot() *Snapshot {
	n := len(l.Sessions)
	s := &Snapshot{run: l.run, ids: make([]int64, n), peers: make([]peerBytes, n), byPeer: make([]uint32, n)}
	for i := range l.Sessions {
		s.ids[i], s.peers[i], s.byPeer[i] = l.Sessions[i].ID, bytesOf(l.Sessions[i].Peer), uint32(i)
	}
	slices.SortStableFunc(s.byPeer, func(a, b uint32) int { return s.peers[a].compare(s.peers[b]) })
	return s
}

// Len returns how many sessions were listed.
func (s *Snapshot) Len() int { return len(s.ids) }

// Addr returns the target that is the session which was listed at a and, where
// none was, the session that is at a now.
func (s *Snapshot) Addr(a netip.AddrPort) Target {
	t := Target{Addr: canonical(a)}
	if len(s.at(t.Addr)) > 0 {
		t.snap = s
	}
	return t
}

// ID returns the target that is the session which was listed with id and, where
// none was, the session that has it now.
func (s *Snapshot) ID(id int64) Target {
	t := Target{id: id}
	if _, ok := slices.BinarySearch(s.ids, id); ok {
		t.snap = s
	}
	return t
}

// at returns the indexes of what was listed at an address.
func (s *Snapshot) at(a netip.AddrPort) []uint32 {
	if !a.IsValid() { // sessions of a Unix socket have none
		return nil
	}
	want := bytesOf(a)
	from, _ := slices.BinarySearchFunc(s.byPeer, want, func(i uint32, want peerBytes) int { return s.peers[i].compare(want) })
	to := from
	for to < len(s.byPeer) && s.peers[s.byPeer[to]] == want {
		to++
	}
	return s.byPeer[from:to]
}
