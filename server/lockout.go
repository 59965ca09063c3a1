package server

import (
	"net/netip"
	"sync"
	"time"

	"github.com/jellydator/ttlcache/v3"
)

const (
	maxFailures    = 5               // wrong signatures in a row before a lockout
	lockoutTime    = 5 * time.Minute // from the latest of them on
	maxLockoutKeys = 10_000          // about 2 MB
)

// A lockout counts the wrong signatures in a row per access key and network. A
// pair with maxFailures of them is locked: the server then reads no large body
// from it. A right signature is accepted even so, and ends the lockout. The same
// key is not locked on other networks.
//
// A count expires lockoutTime after the latest failure. If there are too many
// pairs, the least recently used is dropped.
type lockout struct {
	mu       sync.Mutex // makes a Get and the Set that follows one step
	failures *ttlcache.Cache[lockoutKey, int]
}

// A lockoutKey is the id of a known access key and the network that used it.
type lockoutKey struct {
	accessKey string
	network   netip.Prefix
}

func newLockout(maxKeys uint64) *lockout {
	return &lockout{failures: ttlcache.New(
		ttlcache.WithTTL[lockoutKey, int](lockoutTime),
		ttlcache.WithCapacity[lockoutKey, int](maxKeys),
		ttlcache.WithDisableTouchOnHit[lockoutKey, int](),
	)}
}

func (l *lockout) isLocked(key lockoutKey) bool { return l.count(key) >= maxFailures }

// fail counts a failure. A failure of a locked pair does not extend its lockout.
func (l *lockout) fail(key lockoutKey) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if n := l.count(key); n < maxFailures {
		l.failures.Set(key, n+1, ttlcache.DefaultTTL)
	}
}

// clear resets the count of a pair whose signature was right.
func (l *lockout) clear(key lockoutKey) { l.failures.Delete(key) }

func (l *lockout) count(key lockoutKey) int {
	if item := l.failures.Get(key); item != nil {
		return item.Value()
	}
	return 0
}

// networkOf returns the network of a remote address: the IPv4 address itself, or
// the /64 of an IPv6 address, because who has one address of a /64 has them all.
// All remotes that are not an IP address count as one network.
func networkOf(remote string) netip.Prefix {
	addrPort, err := netip.ParseAddrPort(remote)
	if err != nil {
		return netip.Prefix{}
	}
	addr := addrPort.Addr().Unmap()
	bits := addr.BitLen()
	if addr.Is6() {
		bits = 64
	}
	network, _ := addr.Prefix(bits) // never fails for a valid address
	return network
}
