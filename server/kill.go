package server

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// nodeTime is how long a node may take for one call, 10,000 addresses among
// 10,000 sessions included: a caller has its answer within ten seconds.
const nodeTime = 9 * time.Second

// HangUpClients kills the sessions of the given peers, or of the given ids, on
// one node. Its errors are failures.
func (s *Server) HangUpClients(ctx context.Context, req gen.HangUpClientsRequestObject) (gen.HangUpClientsResponseObject, error) {
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
	entry, err := s.audit.begin(ctx, auditRecord{
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
	entry.end(asked.auditResult(node.ID, outcomes, err))
	if err != nil {
		return nil, asked.failure(outcomes, err)
	}
	return gen.HangUpClients204Response{Headers: gen.HangUpClients204ResponseHeaders{
		XRequestID:   accesslog.From(ctx).RequestID,
		XKillOutcome: new(asked.header(outcomes)),
	}}, nil
}

func (q *requested) failure(outcomes []sessions.Outcome, err error) *failure {
	switch {
	case errors.Is(err, sessions.ErrProtected):
		var named []string
		for i, o := range outcomes {
			if o.Result == sessions.Protected && q.first[i] {
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
