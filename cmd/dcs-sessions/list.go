package main

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
)

type listFlags struct {
	call     callFlags
	on       nodeFlags
	filters  []string
	sort     string
	desc     bool
	watch    bool
	interval time.Duration
}

// filterHelp is for the long help of each command with --filter.
const filterHelp = "A --filter is FIELD OPERATOR VALUE; a session must pass all that are given. Texts\n" +
	"take = and != with * ? [a-z]; addr and peer also an IP alone or a network; numbers\n" +
	"take < <= > >= too, times as 300, 90s, 1h30m, 2d, sizes as 4096, 20K, 10M:\n" +
	"'name=web-*' 'name!=web-*' name= 'idle>300' 'age>=1h30m' cmd=blpop\n" +
	"peer=10.0.0.0/24 'flags=*b*' 'omem>10M'. Quote them: < > * are the shell's."

func listCommand(getenv func(string) string, std stdio) *cobra.Command {
	f := listFlags{call: callFlags{getenv: getenv}}
	cmd := &cobra.Command{
		Use:   "list --endpoint URL --project P --instance I",
		Short: "List the sessions of a node, or of all nodes",
		Long: "list reads the sessions anew and lists them: of one node, or without --node of all\n" +
			"nodes of the instance. The address to kill a session by is its PEER. JSON is one\n" +
			"array with a session on each line, whole; in a table what a client calls itself is\n" +
			"cut and made harmless.\n\n" + filterHelp + "\n\n" +
			"--watch lists again and again until Ctrl-C: on a terminal in place and cut to its\n" +
			"size, elsewhere one below the other. Later failures are shown and outlasted.\n\n" +
			credentialsHelp + "\n\n" +
			"Exit code: 0 when all is listed, 1 when a call failed (what other nodes answered is\n" +
			"listed), 2 when it was called wrong.",
		Example: "  dcs-sessions list --endpoint http://127.0.0.1:8080 --project p --instance i\n" +
			"  dcs-sessions list --node n --filter 'idle>1h' --sort age --desc\n" +
			"  dcs-sessions list --watch --sort omem --desc -o wide",
		Args: usageArgs(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), f, std) },
	}
	flags := cmd.Flags()
	f.call.add(flags)
	f.on.add(cmd, "(default all nodes)")
	flags.StringArrayVar(&f.filters, "filter", nil, "`EXPRESSION` that a session must pass; may be repeated")
	flags.StringVar(&f.sort, "sort", "", "`FIELD` to sort by (default node and id)")
	flags.BoolVar(&f.desc, "desc", false, "sort descending")
	flags.BoolVar(&f.watch, "watch", false, "list again and again until Ctrl-C")
	flags.DurationVar(&f.interval, "interval", 2*time.Second, "`TIME` between two lists of --watch")
	envFlag(flags, "interval", "DCS_INTERVAL")
	complete(cmd, &f.call)
	return cmd
}

func list(ctx context.Context, f listFlags, std stdio) error {
	a, err := f.call.open(std, client.Options{})
	if err != nil {
		return err
	}
	if err := f.on.check(); err != nil {
		return err
	}
	matches, err := parseFilters(f.filters)
	if err != nil {
		return err
	}
	var by *field
	if f.sort != "" {
		if by, err = fieldNamed(f.sort); err != nil {
			return usagef("--sort: %w", err)
		}
	}
	if f.interval <= 0 {
		return usagef("--interval must be positive")
	}
	nodes, err := f.on.nodes(ctx, a, true)
	if err != nil {
		return err
	}
	// take writes nothing where no node answers
	take := func(w io.Writer) (count string, err error) {
		all, err := a.sessions(ctx, nodes)
		if err != nil && (len(all) == 0 || ctx.Err() != nil) {
			return "", err
		}
		listed := slices.DeleteFunc(slices.Clone(all), func(s session) bool { return !matches(&s) })
		sortSessions(listed, by, f.desc)
		count = plural(len(all), "session")
		if len(f.filters) > 0 {
			count = fmt.Sprintf("%d of %s", len(listed), count)
		}
		if a.json {
			return count, cmp.Or(writeJSONLines(w, listed), err)
		}
		return count, cmp.Or(showSessions(w, listed, len(nodes) > 1, a.wide), err)
	}
	if f.watch {
		return watchList(ctx, std, a.json, f.interval, take)
	}
	count, err := take(std.out)
	if count != "" && !a.json {
		fmt.Fprintf(std.out, "\n%s\n", count)
	}
	return err
}

// showSessions has a column for the node where there are several.
func showSessions(w io.Writer, listed []session, several, wide bool) error {
	shown := fields
	if !wide {
		shown = fields[:narrow]
	}
	if !several {
		shown = shown[1:]
	}
	var t table
	row := make([]string, len(shown))
	for i, f := range shown {
		row[i] = strings.ToUpper(f.name)
	}
	t.add(row...)
	for i := range listed {
		for j, f := range shown {
			row[j] = f.cell(&listed[i])
		}
		t.add(row...)
	}
	return t.write(w)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
