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

// ListClients lists a page of the sessions of one node. Its errors are failures.
func (s *Server) ListClients(ctx context.Context, req strictserver.ListClientsRequestObject) (strictserver.ListClientsResponseObject, error) {
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

// listParameters are the query parameters of ListClients.
var listParameters = []string{"node_id", "offset", "limit", "addr", "sort", "order"}

// listQuery drops the query parameters without a value before they are bound:
// official clients send one for each field that is not set. It refuses those that
// the operation does not have, because a list that ignores a misspelt filter
// shows more than was asked for. It comes after authentication, for a signature
// covers the query as it was sent.
func listQuery(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if query := r.URL.RawQuery; query != "" {
			kept, err := cleanQuery(query)
			if err != nil {
				fail(w, r, err)
				return
			}
			url := *r.URL
			url.RawQuery = kept
			r.URL = &url
		}
		next.ServeHTTP(w, r)
	})
}

// cleanQuery returns the pairs of query that have a value. The error is a failure.
func cleanQuery(query string) (string, error) {
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		key, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(key)
		if key != "" && (err != nil || !slices.Contains(listParameters, name)) {
			return "", invalidRequest.with(fmt.Sprintf("the query has a parameter that is not one of %s", strings.Join(listParameters, ", ")), err)
		}
		if value != "" {
			kept = append(kept, pair)
		}
	}
	return strings.Join(kept, "&"), nil
}
