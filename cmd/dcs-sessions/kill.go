package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
)

type killFlags struct {
	api     apiFlags
	on      nodeFlags
	ids     []string
	filters []string
	yes     bool
	dryRun  bool
	max     int
	check   time.Duration
}

func killCommand(getenv func(string) string, std stdio) *cobra.Command {
	f := killFlags{api: apiFlags{getenv: getenv}}
	cmd := newCommand("kill {ADDR... | - | --id ID | --filter EXPRESSION}")
	cmd.Args = func(_ *cobra.Command, args []string) error { return f.checkWhat(args) }
	cmd.RunE = func(cmd *cobra.Command, args []string) error { return kill(cmd.Context(), f, args, std) }
	flags := cmd.Flags()
	f.on.add(cmd, "the only one")
	flags.StringSliceVar(&f.ids, "id", nil, "`ID` of a session; may be repeated, or separated by commas")
	flags.StringArrayVar(&f.filters, "filter", nil, "`EXPRESSION` that a session must match; may be repeated")
	flags.BoolVar(&f.yes, "yes", false, "kill the sessions that match; without it, only show them")
	flags.BoolVar(&f.dryRun, "dry-run", false, "kill nothing, show what would be killed")
	flags.IntVar(&f.max, "max", 100, "kill nothing if more than `N` sessions match")
	flags.DurationVar(&f.check, "check", 2*time.Second, "wait `TIME`, then count the clients that have reconnected; 0 to skip")
	envFlag(flags, "max", "DCS_MAX")
	envFlag(flags, "check", "DCS_CHECK")
	f.api.add(flags)
	complete(cmd, &f.api)
	return cmd
}

// checkWhat refuses a command line that does not say what to kill.
func (f *killFlags) checkWhat(args []string) error {
	hasTargets := len(args) > 0 || len(f.ids) > 0
	switch {
	case !hasTargets && len(f.filters) == 0:
		return usagef("what to kill is missing: ADDR..., -, --id or --filter")
	case hasTargets && len(f.filters) > 0:
		return usagef("--filter excludes ADDR and --id")
	case hasTargets && f.on.all:
		return usagef("--all-nodes needs --filter: an ADDR or --id is on one node")
	case f.yes && f.dryRun:
		return usagef("--yes and --dry-run exclude each other")
	}
	return nil
}

func kill(ctx context.Context, f killFlags, args []string, std stdio) error {
	a, err := f.api.open(std, client.Options{})
	if err != nil {
		return err
	}
	if err := f.on.check(); err != nil {
		return err
	}
	if f.max < 1 {
		return usagef("--max must be positive")
	}
	if f.check < 0 {
		return usagef("--check must not be negative")
	}
	if len(f.filters) > 0 {
		return killMatching(ctx, f, a, std)
	}
	all, err := readTargets(args, f.ids, std.in)
	if err != nil {
		return err
	}
	nodes, err := f.on.nodes(ctx, a, false)
	if err != nil {
		return err
	}
	if f.dryRun {
		return previewTargets(ctx, a, nodes, all, std)
	}
	return killTargets(ctx, a, nodes, all, std)
}
