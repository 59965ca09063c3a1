package server

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/internal/accesslog"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// ListClients lists a page of the sessions of one node. Its errors are failures.
func (s *Server) ListClients(ctx context.Context, req gen.ListClientsRequestObject) (gen.ListClientsResponseObject, error) {
	node, err := s.node(req.ProjectID, req.InstanceID, orZero(req.Params.NodeID))
	if err != nil {
		return nil, err
	}
	listing, err := s.listings.list(node.Node, callerOf(ctx).name, orZero(req.Params.Offset) == 0)
	if err != nil {
		return nil, nodeFailure(err)
	}
	page, count := pageOf(listing.Sessions, req.Params)
	return gen.ListClients200JSONResponse{
		Body:    gen.ClientList{Time: listing.At.UTC().Format(time.RFC3339), Clients: page, Count: int32(count)},
		Headers: gen.ListClients200ResponseHeaders{XRequestID: accesslog.From(ctx).RequestID},
	}, nil
}

// pageOf picks one page of all, which come by id, and tells how many there are
// in all of its pages. It orders indexes, for a row is large.
func pageOf(all []sessions.Session, p gen.ListClientsParams) (page []gen.ClientInfo, count int) {
	const usual = 10 // of the reference
	chosen := make([]int32, 0, len(all))
	for i := range all {
		if strings.Contains(all[i].Addr, orZero(p.Addr)) {
			chosen = append(chosen, int32(i))
		}
	}
	order(all, chosen, orZero(p.Sort), orZero(p.Order) == gen.SortOrderDesc)

	limit := usual
	if p.Limit != nil {
		limit = int(*p.Limit)
	}
	from := min(int(orZero(p.Offset)), len(chosen))
	to := min(from+limit, len(chosen))
	page = make([]gen.ClientInfo, to-from) // never nil: clients must be [] and not null
	for i, at := range chosen[from:to] {
		page[i] = clientInfo(&all[at])
	}
	return page, len(chosen)
}

// order sorts chosen, which is ascending, by a field of its sessions; those that
// are equal in it stay by id.
func order(all []sessions.Session, chosen []int32, field gen.SortField, desc bool) {
	compare := comparisons[field]
	switch {
	case compare == nil && desc:
		slices.Reverse(chosen)
	case compare == nil:
	case desc:
		slices.SortFunc(chosen, func(a, b int32) int { return or(compare(&all[b], &all[a]), a-b) })
	default:
		slices.SortFunc(chosen, func(a, b int32) int { return or(compare(&all[a], &all[b]), a-b) })
	}
}

func or(c int, otherwise int32) int {
	if c != 0 {
		return c
	}
	return int(otherwise)
}
