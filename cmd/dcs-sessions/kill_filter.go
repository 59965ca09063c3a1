package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

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

// A selection is what a filter makes of the sessions that there are. JSON has
// its counts.
type selection struct {
	Sessions  int `json:"sessions"`
	Matched   int `json:"matched"`    // of these, those that can be killed
	Protected int `json:"protected"`  // that match, but are never killed
	NoAddress int `json:"no_address"` // that match, but have neither an address nor an id to be killed by

	chosen, spared []session // those that are counted as Matched, and the others that match
}

// choose sorts the sessions by node and id.
func choose(all []session, matches filter) *selection {
	c := &selection{Sessions: len(all)}
	for i := range all {
		switch s := &all[i]; {
		case !matches(s):
			continue
		case s.protection() != "":
			c.Protected++
			c.spared = append(c.spared, *s)
		case s.target().IsZero():
			c.NoAddress++
			c.spared = append(c.spared, *s)
		default:
			c.chosen = append(c.chosen, *s)
		}
	}
	c.Matched = len(c.chosen)
	sortSessions(c.chosen, nil, false)
	sortSessions(c.spared, nil, false)
	return c
}

func (c *selection) String() string {
	verb := "match"
	if c.Matched == 1 {
		verb = "matches"
	}
	text := fmt.Sprintf("%d of %s %s", c.Matched, plural(c.Sessions, "session"), verb)
	if more := c.why(); more != "" {
		text += "; " + more
	}
	return text
}

// why says which of those that match cannot be killed, and why.
func (c *selection) why() string {
	counts := map[string]int{}
	for i := range c.spared {
		counts[c.spared[i].protection()]++
	}
	var texts []string
	for protection, n := range counts {
		switch {
		case protection == "":
			texts = append(texts, fmt.Sprintf("%d without an address and an id", n))
		case reasons[protection] == "":
			texts = append(texts, fmt.Sprintf("%d %s", n, clean(protection)))
		default:
			texts = append(texts, fmt.Sprintf("%d %s (%s)", n, protection, reasons[protection]))
		}
	}
	if texts == nil {
		return ""
	}
	slices.Sort(texts)
	return fmt.Sprintf("%d more cannot be killed: %s", len(c.spared), strings.Join(texts, ", "))
}

// complaint is the error for a kill that had to leave out some that match.
func (c *selection) complaint() error {
	if len(c.spared) == 0 {
		return nil
	}
	return errors.New(c.why() + "; --filter protected=false leaves the protected ones out")
}
