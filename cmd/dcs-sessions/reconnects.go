package main

import (
	"context"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// An origin is what a client has in common with the client that reconnects.
type origin struct{ node, name, user, ip string }

func (s *session) origin() origin {
	return origin{s.Node, s.Name, s.User, s.peer().Addr().String()}
}

// countReconnects counts the killed sessions whose clients have reconnected: the
// sessions of the same origin whose id is higher than any before on the node. An
// origin counts at most as often as it was killed, because other clients of it may
// have connected too. still counts the killed sessions that are still connected.
func countReconnects(before, killed, now []session) (back, still int) {
	highest := map[string]int64{}
	for i := range before {
		node := before[i].Node
		highest[node] = max(highest[node], before[i].number())
	}
	type key struct{ node, id, addr string }
	missing, ids := map[origin]int{}, map[key]bool{}
	for i := range killed {
		s := &killed[i]
		missing[s.origin()]++
		ids[key{s.Node, s.ID, s.Address()}] = true
	}
	for i := range now {
		s := &now[i]
		switch {
		case ids[key{s.Node, s.ID, s.Address()}]:
			still++
		case s.number() > highest[s.Node] && missing[s.origin()] > 0:
			missing[s.origin()]--
			back++
		}
	}
	return back, still
}

// recheck lists again after a while, and adds to the report how many of the killed
// clients have reconnected.
func (r *killReport) recheck(ctx context.Context, after time.Duration, a *api, nodes []string, before []session) error {
	var killed []session
	for i := range r.selected {
		switch client.Result(r.Results[i].Result) {
		case client.Killed, client.Closed:
			killed = append(killed, r.selected[i])
		}
	}
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(after):
	}
	now, _, err := a.sessions(ctx, nodes)
	if err != nil {
		return err
	}
	back, still := countReconnects(before, killed, now)
	r.CameBack, r.StillOpen = &back, &still
	return nil
}
