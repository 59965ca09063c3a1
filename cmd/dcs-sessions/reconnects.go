package main

import (
	"context"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// origin is what a client that reconnects has in common with itself.
type origin struct{ node, name, user, ip string }

func (s *session) origin() origin {
	return origin{s.Node, s.Name, s.User, s.peer().Addr().String()}
}

// cameBack counts those of the killed that are there again under a new id, one
// that is higher than any of before on their node: of each origin at most as
// many as were killed, for others of it may have come. It also counts those that
// are there still.
func cameBack(before, killed, now []session) (back, still int) {
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
		ids[key{s.Node, s.ID, s.address()}] = true
	}
	for i := range now {
		s := &now[i]
		switch {
		case ids[key{s.Node, s.ID, s.address()}]:
			still++
		case s.number() > highest[s.Node] && missing[s.origin()] > 0:
			missing[s.origin()]--
			back++
		}
	}
	return back, still
}

// recheck lists again after a while, and keeps how many of the killed came back.
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
	back, still := cameBack(before, killed, now)
	r.CameBack, r.StillOpen = &back, &still
	return nil
}
