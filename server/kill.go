package server

import (
	"context"
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/access"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// killTimeout is how long a kill may take on its node, 10,000 addresses among
// 10,000 sessions included.
const killTimeout = time.Minute

// HangUpClients kills the sessions of the given peers on one node. Its errors
// are failures.
func (s *Server) HangUpClients(ctx context.Context, req gen.HangUpClientsRequestObject) (gen.HangUpClientsResponseObject, error) {
	addrs, err := parseAddrs(req.Body.ClientAddrs)
	if err != nil {
		return nil, err
	}
	node, err := s.node(req.ProjectID, req.InstanceID, req.Body.NodeID)
	if err != nil {
		return nil, err
	}
	if s.running.at(instanceKey{req.ProjectID, req.InstanceID}, node.Node) {
		return nil, taskRunning.with("A kill-all of this node is running.", nil)
	}
	entry, err := s.audit.begin(ctx, auditRecord{
		Action: auditKill, ProjectID: req.ProjectID, InstanceID: req.InstanceID,
		NodeIDs: []string{node.ID}, Addrs: req.Body.ClientAddrs,
	})
	if err != nil {
		return nil, internal.with(nothingKilled, err)
	}
	targets := targetsOf(addrs, s.snapshots.shownTo(callerOf(ctx).name, node.Node))
	// a kill that has begun is finished, also when the caller is gone
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTimeout)
	defer cancel()
	outcomes, err := node.Kill(ctx, targets)
	entry.end(resultOf(node.ID, outcomes, err))
	if err != nil {
		return nil, killFailure(outcomes, err)
	}
	return gen.HangUpClients204Response{
		Headers: gen.HangUpClients204ResponseHeaders{XRequestID: access.Of(ctx).RequestID},
	}, nil
}

// parseAddrs reads what the contract's pattern let through: 999.1.1.1:1 is of
// that form and is no address.
func parseAddrs(texts []string) ([]netip.AddrPort, error) {
	addrs := make([]netip.AddrPort, len(texts))
	for i, text := range texts {
		addr, err := netip.ParseAddrPort(text)
		if err != nil {
			return nil, invalidRequest.with(fmt.Sprintf("/client_addrs/%d: not an ip:port or [ip6]:port", i), err)
		}
		addrs[i] = addr
	}
	return addrs, nil
}

// targetsOf means the sessions that the caller was shown, where it was.
func targetsOf(addrs []netip.AddrPort, shown *sessions.Listing) []sessions.Target {
	targets := make([]sessions.Target, len(addrs))
	var listed *sessions.Snapshot
	if shown != nil {
		listed = shown.Snapshot()
	}
	for i, addr := range addrs {
		if listed != nil {
			targets[i] = listed.Addr(addr)
		} else {
			targets[i] = sessions.Target{Addr: addr}
		}
	}
	return targets
}

func killFailure(outcomes []sessions.Outcome, err error) error {
	if errors.Is(err, sessions.ErrReplaced) {
		return invalidRequest.with("Other sessions have the addresses now: list again.", err)
	}
	if !errors.Is(err, sessions.ErrProtected) {
		return nodeFailure(err)
	}
	var named []string
	for _, o := range outcomes {
		if o.Result == sessions.Protected {
			named = append(named, o.Addr.String())
		}
	}
	return protectedSession.with("Protected: "+strings.Join(named, ", "), err)
}
