package server

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/netip"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/fleet"
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
	node, err := s.fleet.Node(req.ProjectID, req.InstanceID, req.Body.NodeID)
	switch {
	case errors.Is(err, fleet.ErrNoNode):
		return nil, invalidNode.with("/node_id: the instance has no such node", err)
	case err != nil:
		return nil, noInstance.with("", err)
	}
	// a kill that has begun is finished, also when the caller is gone
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), killTimeout)
	defer cancel()
	outcomes, err := node.Kill(ctx, addrs)
	s.logKill(ctx, req, outcomes)
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

// killFailure maps the sessions package's errors.
func killFailure(outcomes []sessions.Outcome, err error) error {
	switch {
	case errors.Is(err, sessions.ErrProtected):
		var named []string
		for _, o := range outcomes {
			if o.Result == sessions.Protected {
				named = append(named, o.Addr.String())
			}
		}
		return protectedSession.with("Protected: "+strings.Join(named, ", "), err)
	case errors.Is(err, sessions.ErrBusy):
		return nodeBusy.with("Try again: what is killed stays killed.", err)
	case errors.Is(err, sessions.ErrUnreachable):
		return nodeFailed.with("The node cannot be reached. Trying again is safe.", err)
	case errors.Is(err, sessions.ErrRefused):
		return nodeFailed.with("The node does not let this server manage its sessions.", err)
	default:
		return internal.with("", err)
	}
}

// logKill writes what became of each address.
func (s *Server) logKill(ctx context.Context, req gen.HangUpClientsRequestObject, outcomes []sessions.Outcome) {
	c := access.Of(ctx)
	byResult := map[sessions.Result][]string{}
	for _, o := range outcomes {
		byResult[o.Result] = append(byResult[o.Result], o.Addr.String())
	}
	attrs := []slog.Attr{
		slog.String("request_id", c.RequestID),
		c.Attr(callerKey),
		slog.String("project_id", req.ProjectID),
		slog.String("instance_id", req.InstanceID),
		slog.String("node_id", req.Body.NodeID),
	}
	for _, result := range []sessions.Result{sessions.Killed, sessions.Gone, sessions.Protected, sessions.Failed, sessions.Untried} {
		if list := byResult[result]; list != nil {
			attrs = append(attrs, slog.Any(string(result), list))
		}
	}
	s.log.LogAttrs(ctx, slog.LevelInfo, "kill", attrs...)
}
