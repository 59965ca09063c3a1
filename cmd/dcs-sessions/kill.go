package main

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
)

type killFlags struct {
	call    apiFlags
	on      nodeFlags
	ids     []string
	filters []string
	yes     bool
	dryRun  bool
	max     int
	check   time.Duration
}

func killCommand(getenv func(string) string, std stdio) *cobra.Command {
	f := killFlags{call: apiFlags{getenv: getenv}}
	cmd := &cobra.Command{
		Use:   "kill --endpoint URL --project P --instance I --node N {ADDR... | --id ID | --filter EXPRESSION}",
		Short: "Kill the sessions of the given peers or ids, or those that pass a filter",
		Long: "kill closes the connections of the peers ADDR (ip:port, or [ip6]:port) and of the\n" +
			"sessions --id on one node; - reads addresses from standard input, separated by white\n" +
			"space. It says of each whether it was killed, was gone already, or was replaced:\n" +
			"another session has the address now and was not killed. Then list again.\n\n" +
			"With --filter it lists the sessions and takes those that pass, by their address or\n" +
			"else their id. Without --yes it only shows them. A node that cannot be listed is\n" +
			"named, and the others are done. Protected sessions (replication, Sentinel, slot\n" +
			"migration, the API server's own) are never killed; where some pass, they are shown\n" +
			"and the exit code is 1. More than --max are not killed. A moment after the kill it\n" +
			"lists again and says how many came straight back: of the same name, user and IP,\n" +
			"under a new id.\n\n" +
			filterHelp + "\n\n" +
			"--node may be left out where the instance has one node. Request and response are\n" +
			"validated against the contract. A call that meets a broken connection or a busy\n" +
			"server is tried again.\n\n" + credentialsHelp + "\n\n" +
			"Exit code: 0 when all are closed, none passes the filter or --dry-run has shown\n" +
			"them; 1 when a call failed, a session was replaced, or some pass that cannot be\n" +
			"killed, are more than --max or lack --yes; 2 when it was called wrong and nothing\n" +
			"was killed.",
		Example: "  dcs-sessions kill --endpoint http://127.0.0.1:8080 --project p --instance i --node n 10.0.0.7:50312\n" +
			"  dcs-sessions kill --id 17 --id 18                                     # such as those of a Unix socket\n" +
			"  dcs-sessions kill --filter 'name=leaky-*' --filter 'idle>5m'          # shows them\n" +
			"  dcs-sessions kill --filter 'name=leaky-*' --filter 'idle>5m' --yes    # kills them\n" +
			"  redis-cli client list | grep name=leaky | grep -o ' addr=[^ ]*' | cut -d= -f2 | dcs-sessions kill -",
		Args: func(_ *cobra.Command, args []string) error { return f.checkWhat(args) },
		RunE: func(cmd *cobra.Command, args []string) error { return kill(cmd.Context(), f, args, std) },
	}
	flags := cmd.Flags()
	f.call.add(flags)
	f.on.add(cmd, "(default the only one)")
	flags.StringSliceVar(&f.ids, "id", nil, "`ID` of a session; may be repeated, or several with commas")
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
	isGiven := len(args) > 0 || len(f.ids) > 0
	switch {
	case !isGiven && len(f.filters) == 0:
		return usagef("what to kill is missing: ADDR..., -, --id or --filter")
	case isGiven && len(f.filters) > 0:
		return usagef("ADDR or --id is given, and --filter too")
	case isGiven && f.on.all:
		return usagef("--all-nodes goes with --filter: an ADDR and an --id are on one node")
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
	all, err := readGiven(args, f.ids, std.in)
	if err != nil {
		return err
	}
	nodes, err := f.on.nodes(ctx, a, false)
	if err != nil {
		return err
	}
	if f.dryRun {
		return previewGiven(ctx, a, nodes, all, std)
	}
	return killGiven(ctx, a, nodes, all, std)
}
