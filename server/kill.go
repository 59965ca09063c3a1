package server

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// nodeTime is how long a node may take for one call, 10,000 addresses among
// 10,000 sessions included: a caller has its answer within ten seconds.
const nodeTime = 9 * time.Second

// HangUpClients kills the sessions of the given peers, or of the given ids, on
// one node. Its errors are failures.
func (s *Server) HangUpClients(ctx context.Context, req strictserver.HangUpClientsRequestObject) (strictserver.HangUpClientsResponseObject, error) {
	node, err := s.node(req.ProjectID, req.InstanceID, req.Body.NodeID)
	if err != nil {
		return nil, err
	}
	asked, err := read(req.Body, s.listings.shownTo(node.Node, callerOf(ctx).name))
	if err != nil {
		return nil, err
	}
	if s.running.at(instanceKey{req.ProjectID, req.InstanceID}, node.Node) {
		return nil, taskRunning.with("A kill-all of this node is running.", nil)
	}
	entry, err := s.audit.recordIntent(ctx, auditRecord{
		Action: auditKill, ProjectID: req.ProjectID, InstanceID: req.InstanceID,
		NodeIDs: []string{node.ID}, Addrs: asked.names,
	})
	if err != nil {
		return nil, internal.with(nothingKilled, err)
	}
	// a kill that has begun is finished, also when the caller is gone
	end, cancel := s.running.bound(context.WithoutCancel(ctx), nodeTime)
	defer cancel()
	outcomes, err := node.Kill(end, asked.targets)
	entry.recordOutcome(asked.auditResult(node.ID, outcomes, err))
	if err != nil {
		return nil, asked.failure(outcomes, err)
	}
	return strictserver.HangUpClients204Response{Headers: strictserver.HangUpClients204ResponseHeaders{XKillOutcome: asked.header(outcomes)}}, nil
}

func (q *killRequest) failure(outcomes []sessions.Outcome, err error) *failure {
	switch {
	case errors.Is(err, sessions.ErrProtected):
		var named []string
		for i, o := range outcomes {
			if o.Result == sessions.Protected && q.isFirst[i] {
				named = append(named, q.names[i]+" ("+protections[o.Protection]+")")
			}
		}
		return protectedSession.with("Protected: "+strings.Join(named, ", "), err)
	case errors.Is(err, sessions.ErrReplaced):
		f := replacedSession.with("Replaced: "+strings.Join(q.with(outcomes, sessions.Replaced), ", ")+". List again.", err)
		f.outcome = q.header(outcomes)
		return f
	default:
		return nodeFailure(err)
	}
}

// protections says in words why a session is protected.
var protections = map[sessions.Protection]string{
	sessions.Replication:   "a replication link",
	sessions.Sentinel:      "named as a Sentinel's link is",
	sessions.SlotMigration: "a slot-migration link",
	sessions.Self:          "this server's own connection",
}

// requested are the sessions that a kill names: its client_addrs and then its
// client_ids, in their order.
type killRequest struct {
	targets []sessions.Target
	names   []string // as they were given; an id as id=42
	isFirst []bool   // false for an entry that repeats an earlier one
}

// read reads what the contract's patterns let through: 999.1.1.1:1 has the form
// of an address and is none. A target means the session that the caller was
// shown, where it was shown one. The error is a failure.
func read(body *gen.HangUpClientsRequest, shown *sessions.Snapshot) (*killRequest, error) {
	n := len(body.ClientAddrs) + len(body.ClientIDs)
	q := &killRequest{make([]sessions.Target, 0, n), make([]string, 0, n), make([]bool, 0, n)}
	type key struct {
		addr netip.AddrPort
		id   int64
	}
	seen := make(map[key]struct{}, n)
	add := func(t sessions.Target, name string, k key) {
		_, repeats := seen[k]
		seen[k] = struct{}{}
		q.targets, q.names, q.isFirst = append(q.targets, t), append(q.names, name), append(q.isFirst, !repeats)
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
func (q *killRequest) with(outcomes []sessions.Outcome, result sessions.Result) (names []string) {
	for i, o := range outcomes {
		if o.Result == result && q.isFirst[i] {
			names = append(names, q.names[i])
		}
	}
	return names
}

// header is X-Kill-Outcome: counts, and which were gone or replaced.
func (q *killRequest) header(outcomes []sessions.Outcome) string {
	counted := map[sessions.Result]int{}
	for i, o := range outcomes {
		if q.isFirst[i] {
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
