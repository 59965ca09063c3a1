package sessions

import (
	"context"
	"net/netip"
	"strconv"
	"strings"

	"github.com/redis/go-redis/v9"
)

// A Result is what became of one address.
type Result string

// The results.
const (
	Killed    Result = "killed"    // the session was there and is closed
	Gone      Result = "gone"      // no such session: what the caller wants holds
	Protected Result = "protected" // the session must live, so nothing was killed
	Failed    Result = "failed"    // the node did not say what it did
	Untried   Result = "untried"   // nothing was sent for this address
)

// An Outcome is the result for one address.
type Outcome struct {
	Addr   netip.AddrPort
	Result Result
}

// Kill closes the sessions whose peers are addrs, and returns one outcome for
// each address, in the order given; an address given twice counts once.
//
// If one of them is a replication link, a link of Sentinel or this connection
// itself, nothing is killed and the error is ErrProtected. Other errors are
// ErrUnreachable, ErrBusy and ErrRefused; the outcomes then tell how far the
// kill came. It may be repeated: what is done is then gone.
//
// Kill lists the node's sessions once and kills each by id, address and type
// together, one a round trip, so that other clients are served in between and a
// newcomer that was given a dead client's port is not taken for it. It never
// uses the command's old form, which kills replicas and the caller itself.
func (n *Node) Kill(ctx context.Context, addrs []netip.AddrPort) ([]Outcome, error) {
	outcomes, wanted := untried(addrs)
	conn, release, err := n.conn(ctx)
	if err != nil {
		return outcomes, err
	}
	defer release()

	targets, err := find(ctx, conn, wanted)
	if err != nil {
		return outcomes, explain(err)
	}
	blocked := false
	for i := range outcomes {
		if target, ok := targets[outcomes[i].Addr]; ok && target.protected {
			outcomes[i].Result, blocked = Protected, true
		}
	}
	if blocked {
		return outcomes, ErrProtected
	}
	for i := range outcomes {
		target, ok := targets[outcomes[i].Addr]
		if !ok {
			outcomes[i].Result = Gone
			continue
		}
		if outcomes[i].Result, err = killOne(ctx, conn, target.row); err != nil {
			return outcomes, explain(err)
		}
	}
	return outcomes, nil
}

// untried lists each address once, and as a set.
func untried(addrs []netip.AddrPort) ([]Outcome, map[netip.AddrPort]struct{}) {
	outcomes := make([]Outcome, 0, len(addrs))
	seen := make(map[netip.AddrPort]struct{}, len(addrs))
	for _, a := range addrs {
		a = canonical(a)
		if _, ok := seen[a]; !ok {
			seen[a] = struct{}{}
			outcomes = append(outcomes, Outcome{a, Untried})
		}
	}
	return outcomes, seen
}

// A target is a session that was asked for and is there.
type target struct {
	row
	protected bool
}

// find lists the node's sessions and returns those that are wanted.
func find(ctx context.Context, conn *redis.Conn, wanted map[netip.AddrPort]struct{}) (map[netip.AddrPort]target, error) {
	self, err := conn.ClientID(ctx).Result()
	if err != nil {
		return nil, err
	}
	list, err := conn.ClientList(ctx).Result()
	if err != nil {
		return nil, err
	}
	targets := make(map[netip.AddrPort]target, len(wanted))
	for line := range strings.SplitSeq(list, "\n") {
		r, ok := parseRow(line)
		if !ok {
			continue
		}
		if _, ok := wanted[r.peer]; ok {
			targets[r.peer] = target{r, r.isProtected() || r.id == self}
		}
	}
	return targets, nil
}

// killOne kills the session r, if it still is the one that was listed.
func killOne(ctx context.Context, conn *redis.Conn, r row) (Result, error) {
	for _, kind := range r.types() {
		n, err := conn.ClientKillByFilter(ctx, "ID", strconv.FormatInt(r.id, 10), "ADDR", r.addr, "TYPE", kind).Result()
		if err != nil {
			return Failed, err
		}
		if n > 0 {
			return Killed, nil
		}
	}
	return Gone, nil
}
