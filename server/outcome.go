package server

import (
	"encoding/base64"
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// requested are the sessions that a kill names: its client_addrs and then its
// client_ids, in their order.
type requested struct {
	targets []sessions.Target
	names   []string // as they were given; an id as id=42
	first   []bool   // false where an entry repeats one before it
}

// read reads what the contract's patterns let through: 999.1.1.1:1 has the form
// of an address and is none. A target means the session that the caller was
// shown, where it was shown one. The error is a failure.
func read(body *gen.HangUpClientsRequest, shown *sessions.Snapshot) (*requested, error) {
	n := len(body.ClientAddrs) + len(body.ClientIDs)
	q := &requested{make([]sessions.Target, 0, n), make([]string, 0, n), make([]bool, 0, n)}
	type key struct {
		addr netip.AddrPort
		id   int64
	}
	seen := make(map[key]struct{}, n)
	add := func(t sessions.Target, name string, k key) {
		_, repeats := seen[k]
		seen[k] = struct{}{}
		q.targets, q.names, q.first = append(q.targets, t), append(q.names, name), append(q.first, !repeats)
	}
	for i, text := range body.ClientAddrs {
		addr, err := netip.ParseAddrPort(text)
		if err != nil {
			return nil, invalidRequest.with(fmt.Sprintf("/client_addrs/%d: not an ip:port or [ip6]:port", i), err)
		}
		addr = netip.AddrPortFrom(addr.Addr().Unmap(), addr.Port())
		target := sessions.Target{Addr: addr}
		if shown != nil {
			target = shown.Addr(addr)
		}
		add(target, text, key{addr: addr})
	}
	for i, text := range body.ClientIDs {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, invalidRequest.with(fmt.Sprintf("/client_ids/%d: larger than any id", i), err)
		}
		target := sessions.ID(id)
		if shown != nil {
			target = shown.ID(id)
		}
		add(target, "id="+text, key{id: id})
	}
	return q, nil
}

// with lists the names of those that have the result, each once.
func (q *requested) with(outcomes []sessions.Outcome, result sessions.Result) (names []string) {
	for i, o := range outcomes {
		if o.Result == result && q.first[i] {
			names = append(names, q.names[i])
		}
	}
	return names
}

// header is X-Kill-Outcome: counts, and which were gone or replaced.
func (q *requested) header(outcomes []sessions.Outcome) string {
	counted := map[sessions.Result]int{}
	for i, o := range outcomes {
		if q.first[i] {
			counted[o.Result]++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "killed=%d, gone=%d, replaced=%d", counted[sessions.Killed], counted[sessions.Gone], counted[sessions.Replaced])
	for _, result := range []sessions.Result{sessions.Gone, sessions.Replaced} {
		if bits, some := bitsOf(outcomes, result); some {
			fmt.Fprintf(&b, ", %s-at=:%s:", result, base64.StdEncoding.EncodeToString(bits))
		}
	}
	return b.String()
}

// bitsOf has a bit for each outcome, set where it has the result; some tells
// that it is set for some, but not for all.
func bitsOf(outcomes []sessions.Outcome, result sessions.Result) (bits []byte, some bool) {
	set := 0
	bits = make([]byte, (len(outcomes)+7)/8)
	for i, o := range outcomes {
		if o.Result == result {
			bits[i/8] |= 0x80 >> (i % 8)
			set++
		}
	}
	return bits, 0 < set && set < len(outcomes)
}
