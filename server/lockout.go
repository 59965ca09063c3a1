package server

import (
	"container/list"
	"net/netip"
	"sync"
	"time"
)

const (
	maxFailures = 5               // in a row
	lockTime    = 5 * time.Minute // from the last of them on
	maxLocks    = 10_000          // keys that are counted for, 2 MB or so
)

// locks counts the wrong signatures in a row of each access key and network, and
// locks one that has too many: large bodies are then not read any more. A right
// signature is never locked out, and another network goes on with the same key.
// Of more than max the one that failed longest ago is forgotten.
type locks struct {
	max int

	mu      sync.Mutex
	entries map[lockKey]*list.Element // of *lockEntry
	order   list.List                 // the latest failure last
}

// A lockKey is a known access key and where it was used.
type lockKey struct {
	access string
	from   netip.Prefix
}

type lockEntry struct {
	key      lockKey
	failures int
	last     time.Time
}

func newLocks(max int) *locks {
	return &locks{max: max, entries: map[lockKey]*list.Element{}}
}

// locked reports whether key is locked. Once its time is over, failures are
// counted again from the first.
func (l *locks) locked(key lockKey, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entries[key]
	if e == nil || e.Value.(*lockEntry).failures < maxFailures {
		return false
	}
	if now.Sub(e.Value.(*lockEntry).last) >= lockTime {
		l.remove(e)
		return false
	}
	return true
}

// fail counts a failure. One that comes while key is locked, since it began
// before, does not lock for longer.
func (l *locks) fail(key lockKey, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.entries[key]
	if e == nil {
		if len(l.entries) == l.max {
			l.remove(l.order.Front())
		}
		e = l.order.PushBack(&lockEntry{key: key})
		l.entries[key] = e
	}
	entry := e.Value.(*lockEntry)
	if entry.failures < maxFailures {
		entry.failures++
		entry.last = now
		l.order.MoveToBack(e)
	}
}

// clear forgets the failures of key, which has succeeded.
func (l *locks) clear(key lockKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.entries[key]; e != nil {
		l.remove(e)
	}
}

func (l *locks) remove(e *list.Element) {
	l.order.Remove(e)
	delete(l.entries, e.Value.(*lockEntry).key)
}

// networkOf returns the address of a caller, or the /64 of an IPv6 address: who
// has one of these has all of them. What is no address is one network.
func networkOf(remote string) netip.Prefix {
	at, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr := at.Addr().Unmap()
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, _ := addr.Prefix(bits) // of an address that is valid, never fails
	return network
}
