package server

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/gen/strictserver"
)

// ListClients lists one page of the sessions of a node. Its errors are failures.
func (s *operations) ListClients(ctx context.Context, req strictserver.ListClientsRequestObject) (strictserver.ListClientsResponseObject, error) {
	node, err := s.node(req.ProjectID, req.InstanceID, orZero(req.Params.NodeID))
	if err != nil {
		return nil, err
	}
	listing, err := s.listings.list(node.Node, callerOf(ctx).name, orZero(req.Params.Offset) == 0)
	if err != nil {
		return nil, nodeFailure(err)
	}
	page, count := pageOf(listing.Sessions, req.Params)
	return strictserver.ListClients200JSONResponse{
		Body: gen.ClientList{Time: listing.At.UTC().Format(time.RFC3339), Clients: page, Count: int32(count)},
	}, nil
}

func orZero[T any](p *T) (v T) {
	if p != nil {
		v = *p
	}
	return v
}

// listParams are the query parameters of ListClients.
var listParams = []string{"node_id", "offset", "limit", "addr", "sort", "order"}

// dropEmptyParams removes the query parameters without a value, because official
// clients send an empty parameter for each field that is not set. It refuses
// parameters that the operation does not have, because a list that ignored a misspelled
// filter would show too much. It runs after authentication, because a signature
// covers the query as it was sent.
func dropEmptyParams(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawQuery != "" {
			query, err := withoutEmptyParams(r.URL.RawQuery)
			if err != nil {
				writeError(w, r, err)
				return
			}
			url := *r.URL
			url.RawQuery = query
			r.URL = &url
		}
		next.ServeHTTP(w, r)
	})
}

// withoutEmptyParams returns the parameters of query that have a value. The error is
// a failure.
func withoutEmptyParams(query string) (string, error) {
	var params []string
	for param := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(param, "=")
		name, err := url.QueryUnescape(key)
		if key != "" && (err != nil || !slices.Contains(listParams, name)) {
			return "", invalidRequest.with(fmt.Sprintf("the query has a parameter that is not one of %s", strings.Join(listParams, ", ")), err)
		}
		if value != "" {
			params = append(params, param)
		}
	}
	return strings.Join(params, "&"), nil
}
