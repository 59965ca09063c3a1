package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

// killMatching kills the sessions that match the filters, on each node that can be
// listed.
func killMatching(ctx context.Context, f killFlags, a *api, std stdio) error {
	matches, err := parseFilters(f.filters)
	if err != nil {
		return err
	}
	nodes, err := f.on.nodes(ctx, a, false)
	if err != nil {
		return err
	}
	before, listed, listErr := a.sessions(ctx, nodes)
	if len(listed) == 0 || ctx.Err() != nil {
		return fmt.Errorf("nothing was killed: %w", listErr)
	}
	several := len(nodes) > 1
	report := &killReport{matchCounts: selectSessions(before, matches), Failed: failedNodes(listErr)}
	switch {
	case f.dryRun:
		return report.preview(a, std, several, true, listErr)
	case report.Matched == 0:
		return report.preview(a, std, several, true, join(report.excludedError(), listErr))
	case report.Matched > f.max:
		return report.preview(a, std, several, false,
			join(fmt.Errorf("%v, more than --max %d: nothing was killed", report.matchCounts, f.max), listErr))
	case !f.yes:
		return report.preview(a, std, several, false,
			join(fmt.Errorf("%v; nothing was killed: add --yes", report.matchCounts), listErr))
	}

	killErr := report.kill(ctx, a)
	for i := range report.excluded {
		report.Results = append(report.Results, excludedResult(&report.excluded[i]))
	}
	err = join(killErr, report.excludedError(), listErr)
	report.Error = callErrorOf(err)
	if !a.json {
		if shown := report.show(std, a, several); shown != nil {
			return join(shown, err)
		}
	}
	if f.check > 0 && ctx.Err() == nil {
		if recheckErr := report.recheck(ctx, f.check, a, listed, before); recheckErr != nil && ctx.Err() != nil {
			err = join(err, recheckErr)
		} else if recheckErr != nil { // the sessions are closed nevertheless
			fmt.Fprintf(std.err, "dcs-sessions: cannot count the clients that reconnected: %v\n", recheckErr)
		}
	}
	if a.json {
		return join(report.show(std, a, several), err)
	}
	fmt.Fprintf(std.out, "\n%s\n", report)
	return err
}

// preview prints what would be killed, and the counts unless err, the reason why
// it is not killed, has them.
func (r *killReport) preview(a *api, std stdio, several, counts bool, err error) error {
	if a.json {
		r.Results, r.Error = []killResult{}, callErrorOf(err)
		for i := range r.selected {
			r.Results = append(r.Results, resultFor(&r.selected[i], wouldBeKilled))
		}
		for i := range r.excluded {
			r.Results = append(r.Results, excludedResult(&r.excluded[i]))
		}
		return join(r.show(std, a, several), err)
	}
	shown := slices.Concat(r.selected, r.excluded)
	if len(shown) > 0 {
		if err := showSessions(std.out, std.width(), shown, several, a.wide); err != nil {
			return err
		}
		fmt.Fprintln(std.out)
	}
	if counts {
		fmt.Fprintf(std.out, "%v; nothing was killed\n", r.matchCounts)
	}
	return err
}

// kill kills the sessions of one node after the other, and adds the result of each.
// If a node fails, it goes on with the next.
func (r *killReport) kill(ctx context.Context, a *api) error {
	var errs []error
	for first := 0; first < len(r.selected); {
		node := r.selected[first].Node
		var targets []client.Target
		for i := first; i < len(r.selected) && r.selected[i].Node == node; i++ {
			targets = append(targets, r.selected[i].Target())
		}
		outcome := client.Outcome{Results: slices.Repeat([]client.Result{client.NotKilled}, len(targets))}
		err := ctx.Err()
		if err == nil {
			outcome, err = a.Kill(ctx, node, targets)
		}
		for i, result := range outcome.Results {
			r.Results = append(r.Results, resultFor(&r.selected[first+i], string(result)))
		}
		if err != nil {
			errs = append(errs, &nodeError{node, a.explain(err)})
		}
		first += len(targets)
	}
	return join(errs...)
}

// matchCounts has the sessions that match a filter, and counts them for JSON.
type matchCounts struct {
	Sessions  int `json:"sessions"`
	Matched   int `json:"matched"`    // sessions that match and can be killed
	Protected int `json:"protected"`  // sessions that match, but are never killed
	NoAddress int `json:"no_address"` // sessions that match, but have neither an address nor an id

	selected, excluded []session // the sessions in Matched, and the others that match
}

// selectSessions returns the sessions that match, sorted by node and id.
func selectSessions(all []session, matches filter.Filter) *matchCounts {
	c := &matchCounts{Sessions: len(all)}
	for i := range all {
		switch s := &all[i]; {
		case !matches(s):
			continue
		case s.protection() != "":
			c.Protected++
			c.excluded = append(c.excluded, *s)
		case s.Target().IsZero():
			c.NoAddress++
			c.excluded = append(c.excluded, *s)
		default:
			c.selected = append(c.selected, *s)
		}
	}
	c.Matched = len(c.selected)
	sortSessions(c.selected, nil, false)
	sortSessions(c.excluded, nil, false)
	return c
}

func (c *matchCounts) String() string {
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

// why describes the sessions that match and cannot be killed.
func (c *matchCounts) why() string {
	counts := map[string]int{}
	for i := range c.excluded {
		counts[c.excluded[i].protection()]++
	}
	var texts []string
	for protection, n := range counts {
		switch {
		case protection == "":
			texts = append(texts, fmt.Sprintf("%d without an address or id", n))
		case protections[protection] == "":
			texts = append(texts, fmt.Sprintf("%d %s", n, clean(protection)))
		default:
			texts = append(texts, fmt.Sprintf("%d %s (%s)", n, protection, protections[protection]))
		}
	}
	if texts == nil {
		return ""
	}
	slices.Sort(texts)
	return fmt.Sprintf("%d more cannot be killed: %s", len(c.excluded), strings.Join(texts, ", "))
}

// excludedError returns an error if some sessions match and cannot be killed.
func (c *matchCounts) excludedError() error {
	if len(c.excluded) == 0 {
		return nil
	}
	return errors.New(c.why() + "; --filter protected=false excludes protected sessions")
}
