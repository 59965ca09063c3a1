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

// nodeTime is how long one request may wait for a node. It is enough to kill
// 10,000 addresses among 10,000 sessions, and answers a caller within ten seconds.
const nodeTime = 9 * time.Second

// HangUpClients kills sessions of one node, which the request names by address or
// id. Its errors are failures.
func (s *operations) HangUpClients(ctx context.Context, req strictserver.HangUpClientsRequestObject) (strictserver.HangUpClientsResponseObject, error) {
	node, err := s.node(req.ProjectID, req.InstanceID, req.Body.NodeID)
	if err != nil {
		return nil, err
	}
	request, err := parseKill(req.Body, s.listings.lastListed(node.Node, callerOf(ctx).name))
	if err != nil {
		return nil, err
	}
	if s.killAlls.busy(instanceKey{req.ProjectID, req.InstanceID}, node.Node) {
		return nil, taskRunning.with("A kill-all of this node is running.", nil)
	}
	entry, err := s.audit.recordIntent(ctx, auditRecord{
		Action: auditKill, ProjectID: req.ProjectID, InstanceID: req.InstanceID,
		NodeIDs: []string{node.ID}, Addrs: request.names,
	})
	if err != nil {
		return nil, internal.with(nothingKilled, err)
	}
	killCtx, cancel := s.killContext(ctx)
	defer cancel()
	outcomes, err := node.Kill(killCtx, request.targets)
	entry.recordOutcome(request.auditResult(node.ID, outcomes, err))
	if err != nil {
		return nil, request.failure(outcomes, err)
	}
	return strictserver.HangUpClients204Response{Headers: strictserver.HangUpClients204ResponseHeaders{XKillOutcome: request.outcomeHeader(outcomes)}}, nil
}

// killContext returns the context of one kill. It outlives the request, because a
// kill that has started is finished even if the caller is gone. It ends after
// nodeTime, or when abortKills is called.
func (s *operations) killContext(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, abort := context.WithCancelCause(context.WithoutCancel(ctx))
	stop := context.AfterFunc(s.killsAborted, func() { abort(errStopped) })
	ctx, cancel := context.WithTimeout(ctx, nodeTime)
	return ctx, func() {
		stop()
		cancel()
		abort(nil)
	}
}

// A killRequest holds the sessions that a kill names: its client_addrs followed by
// its client_ids. The slices are parallel.
type killRequest struct {
	targets []sessions.Target
	names   []string // as the request names them; an id as id=42
	isFirst []bool   // false for an entry that repeats an earlier one
}

// parseKill parses what the contract's patterns allow: 999.1.1.1:1 matches the
// pattern and is not an address. If listed is not nil, a target is the session that
// the caller saw there. The error is a failure.
func parseKill(body *gen.HangUpClientsRequest, listed *sessions.Snapshot) (*killRequest, error) {
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
		if listed != nil {
			target = listed.Addr(addr)
		}
		add(target, text, key{addr: addr})
	}
	for i, text := range body.ClientIDs {
		id, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, invalidRequest.with(fmt.Sprintf("/client_ids/%d: larger than any id", i), err)
		}
		target := sessions.ID(id)
		if listed != nil {
			target = listed.ID(id)
		}
		add(target, "id="+text, key{id: id})
	}
	return q, nil
}

func (q *killRequest) failure(outcomes []sessions.Outcome, err error) *failure {
	switch {
	case errors.Is(err, sessions.ErrProtected):
		var protected []string
		for i, o := range outcomes {
			if o.Result == sessions.Protected && q.isFirst[i] {
				protected = append(protected, q.names[i]+" ("+protectionTexts[o.Protection]+")")
			}
		}
		return protectedSession.with("Protected: "+strings.Join(protected, ", "), err)
	case errors.Is(err, sessions.ErrReplaced):
		var replaced []string
		for i, o := range outcomes {
			if o.Result == sessions.Replaced && q.isFirst[i] {
				replaced = append(replaced, q.names[i])
			}
		}
		f := replacedSession.with("Replaced: "+strings.Join(replaced, ", ")+". List again.", err)
		f.outcome = q.outcomeHeader(outcomes)
		return f
	default:
		return nodeFailure(err)
	}
}

// protectionTexts says in words why a session is protected.
var protectionTexts = map[sessions.Protection]string{
	sessions.Replication:   "a replication link",
	sessions.Sentinel:      "named like a Sentinel's link",
	sessions.SlotMigration: "a slot-migration link",
	sessions.Self:          "this server's own connection",
}

// outcomeHeader returns the value of X-Kill-Outcome: the counts, and which sessions
// were gone or replaced.
func (q *killRequest) outcomeHeader(outcomes []sessions.Outcome) string {
	count := map[sessions.Result]int{}
	for i, o := range outcomes {
		if q.isFirst[i] {
			count[o.Result]++
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "killed=%d, gone=%d, replaced=%d", count[sessions.Killed], count[sessions.Gone], count[sessions.Replaced])
	for _, result := range []sessions.Result{sessions.Gone, sessions.Replaced} {
		if bits, mixed := bitmap(outcomes, result); mixed {
			fmt.Fprintf(&b, ", %s-at=:%s:", result, base64.StdEncoding.EncodeToString(bits))
		}
	}
	return b.String()
}

// bitmap returns one bit per outcome, set if it has the result. mixed reports
// whether some bits are set and others are not.
func bitmap(outcomes []sessions.Outcome, result sessions.Result) (bits []byte, mixed bool) {
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
