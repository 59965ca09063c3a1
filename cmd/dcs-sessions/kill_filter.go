package main

import (
	"context"
	"fmt"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// killMatching kills what passes the filters, on each node that can be listed.
func killMatching(ctx context.Context, f killFlags, a *api, std stdio) error {
	matches, err := parseFilters(f.filters)
	if err != nil {
		return err
	}
	nodes, err := f.on.nodes(ctx, a, false)
	if err != nil {
		return err
	}
	before, answered, listErr := a.sessions(ctx, nodes)
	if len(answered) == 0 || ctx.Err() != nil {
		return fmt.Errorf("nothing was killed: %w", listErr)
	}
	several := len(nodes) > 1
	report := &killReport{selection: choose(before, matches), Failed: failedNodes(listErr)}
	switch {
	case f.dryRun:
		return report.preview(a, std, several, true, listErr)
	case report.Matched == 0:
		return report.preview(a, std, several, true, join(report.complaint(), listErr))
	case report.Matched > f.max:
		return report.preview(a, std, several, false,
			join(fmt.Errorf("%v, more than --max %d: nothing was killed", report.selection, f.max), listErr))
	case !f.yes:
		return report.preview(a, std, several, false,
			join(fmt.Errorf("%v; nothing was killed: add --yes", report.selection), listErr))
	}

	killErr := report.kill(ctx, a)
	for i := range report.spared {
		report.Results = append(report.Results, sparedResult(&report.spared[i]))
	}
	err = join(killErr, report.complaint(), listErr)
	report.Error = callErrorOf(err)
	if !a.json {
		if shown := report.show(std, a, several); shown != nil {
			return join(shown, err)
		}
	}
	if f.check > 0 && ctx.Err() == nil {
		if lookErr := report.look(ctx, f.check, a, answered, before); lookErr != nil && ctx.Err() != nil {
			err = join(err, lookErr)
		} else if lookErr != nil { // the sessions are closed all the same
			fmt.Fprintf(std.err, "dcs-sessions: who came back is not known: %v\n", lookErr)
		}
	}
	if a.json {
		return join(report.show(std, a, several), err)
	}
	fmt.Fprintf(std.out, "\n%s\n", report)
	return err
}

// preview shows what would be killed, and counts it where err, which is why it is
// not killed or not all of it, does not.
func (r *killReport) preview(a *api, std stdio, several, counts bool, err error) error {
	if a.json {
		r.Results, r.Error = []killResult{}, callErrorOf(err)
		for i := range r.chosen {
			r.Results = append(r.Results, resultFor(&r.chosen[i], wouldBeKilled))
		}
		for i := range r.spared {
			r.Results = append(r.Results, sparedResult(&r.spared[i]))
		}
		return join(r.show(std, a, several), err)
	}
	shown := slices.Concat(r.chosen, r.spared)
	if len(shown) > 0 {
		if err := showSessions(std.out, std.width(), shown, several, a.wide); err != nil {
			return err
		}
		fmt.Fprintln(std.out)
	}
	if counts {
		fmt.Fprintf(std.out, "%v; nothing was killed\n", r.selection)
	}
	return err
}

// kill kills node after node, and keeps the result of each session. A node that
// fails does not keep the others from being done.
func (r *killReport) kill(ctx context.Context, a *api) error {
	var errs []error
	for first := 0; first < len(r.chosen); {
		node := r.chosen[first].Node
		var targets []client.Target
		for i := first; i < len(r.chosen) && r.chosen[i].Node == node; i++ {
			targets = append(targets, r.chosen[i].target())
		}
		outcome := client.Outcome{Results: slices.Repeat([]client.Result{client.NotKilled}, len(targets))}
		err := ctx.Err()
		if err == nil {
			outcome, err = a.Kill(ctx, a.project, a.instance, node, targets...)
		}
		for i, result := range outcome.Results {
			r.Results = append(r.Results, resultFor(&r.chosen[first+i], string(result)))
		}
		if err != nil {
			errs = append(errs, &nodeError{node, a.explain(err)})
		}
		first += len(targets)
	}
	return join(errs...)
}
