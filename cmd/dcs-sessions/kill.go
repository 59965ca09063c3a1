package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
)

type killFlags struct {
	call    callFlags
	on      nodeFlags
	filters []string
	yes     bool
	dryRun  bool
	max     int
	check   time.Duration
}

func killCommand(getenv func(string) string, std stdio) *cobra.Command {
	f := killFlags{call: callFlags{getenv: getenv}}
	cmd := &cobra.Command{
		Use:   "kill --endpoint URL --project P --instance I --node N {ADDR... | --filter EXPRESSION}",
		Short: "Kill the sessions of the given peers, or those that pass a filter",
		Long: "kill closes the connections of the peers ADDR (ip:port, or [ip6]:port) on one\n" +
			"node; - reads addresses from standard input, separated by white space. A peer that\n" +
			"is no longer connected counts as closed.\n\n" +
			"With --filter it lists the sessions and takes those that pass. Without --yes it\n" +
			"only shows them. Those that must live (replication, Sentinel, the server's own) are\n" +
			"never taken; more than --max are not killed. A moment after the kill it lists again\n" +
			"and says how many came straight back: of the same name, user and IP, under a new id.\n\n" +
			filterHelp + "\n\n" +
			"--node may be left out where the instance has one node. Request and response are\n" +
			"validated against the contract. A call that meets a broken connection or a busy\n" +
			"server is tried again.\n\n" + credentialsHelp + "\n\n" +
			"Exit code: 0 when all are closed, none passes the filter or --dry-run has shown\n" +
			"them; 1 when a call failed, or when some pass and --yes is missing or they are more\n" +
			"than --max; 2 when it was called wrong and nothing was killed.",
		Example: "  dcs-sessions kill --endpoint http://127.0.0.1:8080 --project p --instance i --node n 10.0.0.7:50312\n" +
			"  dcs-sessions kill --filter 'name=leaky-*' --filter 'idle>5m'          # shows them\n" +
			"  dcs-sessions kill --filter 'name=leaky-*' --filter 'idle>5m' --yes    # kills them\n" +
			"  redis-cli client list | grep name=leaky | grep -o ' addr=[^ ]*' | cut -d= -f2 | dcs-sessions kill -",
		Args: func(_ *cobra.Command, args []string) error { return f.checkWhat(args) },
		RunE: func(cmd *cobra.Command, args []string) error { return kill(cmd.Context(), f, args, std) },
	}
	flags := cmd.Flags()
	f.call.add(flags)
	f.on.add(cmd, "(default the only one)")
	flags.StringArrayVar(&f.filters, "filter", nil, "`EXPRESSION` that a session must pass; may be repeated")
	flags.BoolVar(&f.yes, "yes", false, "kill what passes the filter, not only show it")
	flags.BoolVar(&f.dryRun, "dry-run", false, "kill nothing: show what would be killed")
	flags.IntVar(&f.max, "max", 100, "kill nothing where more than `N` pass the filter")
	flags.DurationVar(&f.check, "check", 2*time.Second, "`TIME` after which to look who came back, 0 for never")
	envFlag(flags, "max", "DCS_MAX")
	envFlag(flags, "check", "DCS_CHECK")
	complete(cmd, &f.call)
	return cmd
}

// checkWhat refuses flags and arguments that do not say what to kill.
func (f *killFlags) checkWhat(args []string) error {
	switch {
	case len(args) == 0 && len(f.filters) == 0:
		return usagef("what to kill is missing: ADDR..., - or --filter")
	case len(args) > 0 && len(f.filters) > 0:
		return usagef("ADDR and --filter are both given")
	case len(args) > 0 && f.on.all:
		return usagef("--all-nodes goes with --filter: an ADDR is on one node")
	case f.yes && f.dryRun:
		return usagef("--yes and --dry-run are both given")
	}
	return nil
}

func kill(ctx context.Context, f killFlags, args []string, std stdio) error {
	a, err := f.call.open(std, client.Options{})
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
	addrs, err := readAddrs(args, std.in)
	if err != nil {
		return err
	}
	nodes, err := f.on.nodes(ctx, a, false)
	if err != nil {
		return err
	}
	if f.dryRun {
		return previewAddrs(ctx, a, nodes, addrs, std)
	}
	err = a.Kill(ctx, a.project, a.instance, nodes[0], addrs...)
	told := explain(err)
	if errors.As(told, new(usageError)) {
		return told
	}
	report := killReport{Results: make([]killResult, len(addrs)), Error: callErrorOf(told)}
	for i, addr := range addrs {
		report.Results[i] = killResult{Address: addr, Result: resultOf(i, err)}
	}
	if err := report.show(std, a, false); err != nil {
		return err
	}
	return told
}

// resultOf tells what the answer means for the i-th of the addresses.
func resultOf(i int, err error) string {
	var answer *client.Error
	var partial *client.PartialError
	switch {
	case err == nil, errors.As(err, &partial) && i < partial.Done:
		return "closed"
	case errors.As(err, &answer) && answer.Status >= 300 && answer.Status < 500:
		return "not killed"
	default: // the kill may have come a part of its way
		return "unknown"
	}
}
