package main

import (
	"context"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
)

type killAllFlags struct {
	api                 apiFlags
	on                  nodeFlags
	yes, dryRun, noWait bool
}

func killAllCommand(getenv func(string) string, std stdio) *cobra.Command {
	f := killAllFlags{api: apiFlags{getenv: getenv}}
	cmd := newCommand("kill-all {--node ID | --all-nodes}")
	cmd.Args = exactArgs()
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return killAll(cmd.Context(), f, std) }
	flags := cmd.Flags()
	f.on.add(cmd, "the only one")
	flags.BoolVar(&f.yes, "yes", false, "kill the sessions; without it, only count them")
	flags.BoolVar(&f.dryRun, "dry-run", false, "kill nothing, count what would be killed")
	flags.BoolVar(&f.noWait, "no-wait", false, "print the id of the job and do not wait for it")
	f.api.add(flags)
	complete(cmd, &f.api)
	return cmd
}

func killAll(ctx context.Context, f killAllFlags, std stdio) error {
	if f.yes && f.dryRun {
		return usagef("--yes and --dry-run exclude each other")
	}
	a, err := f.api.open(std, client.Options{})
	if err != nil {
		return err
	}
	if err := f.on.check(); err != nil {
		return err
	}
	nodes, err := f.on.nodes(ctx, a, false)
	if err != nil {
		return err
	}
	if !f.yes {
		return countAll(ctx, a, nodes, f.dryRun, std)
	}
	var job string
	if f.on.all {
		job, err = a.KillAll(ctx, client.AllNodes)
	} else {
		job, err = a.KillAll(ctx, nodes[0])
	}
	switch {
	case err != nil && ctx.Err() != nil:
		return fmt.Errorf("%w; a job may have begun", err)
	case err != nil:
		return a.explain(err)
	case f.noWait && a.json:
		return writeJSON(std.out, map[string]string{"job_id": job})
	case f.noWait:
		_, err := fmt.Fprintln(std.out, job)
		return err
	}
	return waitJob(ctx, a, job, std)
}

// A nodeCount counts the sessions of a node.
type nodeCount struct {
	Node      string `json:"node_id"`
	Sessions  int    `json:"sessions"`
	Protected int    `json:"protected"` // sessions that are never killed
}

// countAll prints how many sessions would be killed on each node that can be
// listed.
func countAll(ctx context.Context, a *api, nodes []string, dryRun bool, std stdio) error {
	all, listed, listErr := a.sessions(ctx, nodes)
	if len(listed) == 0 || ctx.Err() != nil {
		return listErr
	}
	counts := make([]nodeCount, len(listed))
	would := 0
	for i, node := range listed {
		counts[i].Node = node
		for j := range all {
			switch s := &all[j]; {
			case s.Node != node:
				continue
			case s.protection() != "":
				counts[i].Protected++
			default:
				would++
			}
			counts[i].Sessions++
		}
	}
	outcome := fmt.Sprintf("%s of %s would be killed; nothing was killed", plural(would, "session"), plural(len(listed), "node"))
	var err error
	if !dryRun {
		err = fmt.Errorf("%s: add --yes", outcome)
	}
	err = join(err, listErr)
	if a.json {
		report := map[string]any{"nodes": counts, "would_be_killed": would}
		if failed := failedNodes(listErr); failed != nil {
			report["failed_nodes"] = failed
		}
		return join(writeJSON(std.out, report), err)
	}
	var t table
	t.add("NODE", "SESSIONS", "PROTECTED")
	for _, c := range counts {
		t.add(c.Node, strconv.Itoa(c.Sessions), strconv.Itoa(c.Protected))
	}
	if err := t.write(std.out, std.width()); err != nil {
		return err
	}
	if dryRun {
		fmt.Fprintf(std.out, "\n%s\n", outcome)
	}
	return err
}
