package main

import (
	"cmp"
	"context"
	"fmt"
)

func killMatching(ctx context.Context, f killFlags, a *api, std stdio) error {
	matches, err := parseFilters(f.filters)
	if err != nil {
		return err
	}
	nodes, err := f.on.nodes(ctx, a, false)
	if err != nil {
		return err
	}
	before, err := a.sessions(ctx, nodes)
	if err != nil {
		return fmt.Errorf("nothing was killed: %w", err)
	}
	chosen, counts := choose(before, matches)
	switch {
	case len(chosen) == 0, f.dryRun:
		return preview(a, std, chosen, counts, len(nodes) > 1, nil)
	case len(chosen) > f.max:
		return preview(a, std, chosen, counts, len(nodes) > 1,
			fmt.Errorf("%v, more than --max %d: nothing was killed", counts, f.max))
	case !f.yes:
		return preview(a, std, chosen, counts, len(nodes) > 1,
			fmt.Errorf("%v; nothing was killed: add --yes", counts))
	}

	report := &killReport{selection: counts}
	killErr := killChosen(ctx, a, chosen, report)
	report.Error = callErrorOf(killErr)
	if !a.json {
		if err := report.show(std, a, len(nodes) > 1); err != nil {
			return err
		}
	}
	var lookErr error
	if f.check > 0 && ctx.Err() == nil {
		lookErr = look(ctx, f.check, a, nodes, before, chosen, report)
	}
	if a.json {
		if err := report.show(std, a, false); err != nil {
			return err
		}
	} else {
		fmt.Fprintf(std.out, "\n%s\n", report)
	}
	switch {
	case killErr != nil:
		return killErr
	case lookErr != nil && ctx.Err() == nil: // all are closed all the same
		fmt.Fprintf(std.err, "dcs-sessions: who came back is not known: %v\n", lookErr)
		return nil
	}
	return lookErr
}

// preview shows what would be killed; err is why it is not.
func preview(a *api, std stdio, chosen []session, counts *selection, several bool, err error) error {
	if a.json {
		report := killReport{selection: counts, Results: []killResult{}, Error: callErrorOf(err)}
		for i := range chosen {
			report.Results = append(report.Results, resultFor(&chosen[i], "would be killed"))
		}
		return cmp.Or(report.show(std, a, several), err)
	}
	if len(chosen) > 0 {
		if err := showSessions(std.out, chosen, several, a.wide); err != nil {
			return err
		}
		fmt.Fprintln(std.out)
	}
	if err == nil {
		fmt.Fprintf(std.out, "%v; nothing was killed\n", counts)
	}
	return err
}

// killChosen kills node after node, and reports the result of each session. A
// node that fails does not keep the others from being done.
func killChosen(ctx context.Context, a *api, chosen []session, report *killReport) error {
	var errs []error
	for first := 0; first < len(chosen); {
		node := chosen[first].Node
		var addrs []string
		for i := first; i < len(chosen) && chosen[i].Node == node; i++ {
			addrs = append(addrs, chosen[i].address())
		}
		err := ctx.Err()
		sent := err == nil
		if sent {
			err = a.Kill(ctx, a.project, a.instance, node, addrs...)
		}
		for i := range addrs {
			result := "not killed"
			if sent {
				result = resultOf(i, err)
			}
			report.Results = append(report.Results, resultFor(&chosen[first+i], result))
		}
		if err != nil {
			errs = append(errs, explain(err))
		}
		first += len(addrs)
	}
	return join(errs)
}
