package sessions

import (
	"context"
	"net/netip"
	"strconv"

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
// Each session is killed by its address and type, and by its id where that is
// known, one a round trip, so that other clients are served in between and a
// newcomer that was given a dead client's port is not taken for it. The
// command's old form, which kills replicas and the caller itself, is never used.
func (n *Node) Kill(ctx context.Context, addrs []netip.AddrPort) ([]Outcome, error) {
	outcomes, wanted := untried(addrs)
	conn, release, err := n.conn(ctx)
	if err != nil {
		return outcomes, err
	}
	defer release()

	seen, err := look(ctx, conn, wanted)
	if err != nil {
		return outcomes, explain(err)
	}
	blocked := false
	for i := range outcomes {
		if r, ok := seen.rows[outcomes[i].Addr]; ok && (r.isProtected() || r.id == seen.self) {
			outcomes[i].Result, blocked = Protected, true
		}
	}
	if blocked {
		return outcomes, ErrProtected
	}
	for i := range outcomes {
		r, ok := seen.rows[outcomes[i].Addr]
		if !ok && seen.whole {
			outcomes[i].Result = Gone
			continue
		} else if !ok {
			r = row{addr: outcomes[i].Addr.String()}
		}
		if outcomes[i].Result, err = killOne(ctx, conn, r); err != nil {
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

// killOne kills the session of a row, if it still is the one that was listed;
// where it was not, whatever has the address and may be killed.
func killOne(ctx context.Context, conn *redis.Conn, r row) (Result, error) {
	filter := []string{"ADDR", r.addr, "TYPE", ""}
	if r.id > 0 {
		filter = append([]string{"ID", strconv.FormatInt(r.id, 10)}, filter...)
	}
	for _, kind := range r.types() {
		filter[len(filter)-1] = kind
		n, err := conn.ClientKillByFilter(ctx, filter...).Result()
		if err != nil {
			return Failed, err
		}
		if n > 0 {
			return Killed, nil
		}
	}
	return Gone, nil
}
