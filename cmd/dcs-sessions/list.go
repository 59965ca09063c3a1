package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/internal/filter"
)

type listFlags struct {
	call     apiFlags
	on       nodeFlags
	filters  []string
	sort     string
	desc     bool
	watch    bool
	interval time.Duration
}

// filterHelp is for the long help of each command with --filter.
const filterHelp = "A --filter is FIELD OPERATOR VALUE, without blanks; a session must pass all that are\n" +
	"given. Quote them: < > * are the shell's.\n" +
	"  node name user cmd network  = and != with * (anything), ? (one character), [a-z]\n" +
	"                              (one of these) and \\* (the character itself)\n" +
	"  peer addr        = and != with an IP, an ip:port, a network or a pattern\n" +
	"  flags events     = and != with letters in any order, and * for any others\n" +
	"  protected        = and != with true or false\n" +
	"  numbers          also < <= > >=; age and idle as 300 (seconds), 90s, 1h30m, 2d;\n" +
	"                   buffers as 4096 (bytes), 20K, 10M\n" +
	"'name=web-*' 'name!=web-*' name= 'idle>300' 'age>=1h30m' cmd=blpop 'omem>10M'\n" +
	"peer=10.0.0.0/24 'peer=10.0.0.7:*' 'peer=[2001:db8::1]:50312' 'flags=*b*'\n" +
	"What is not of this form is refused. A session whose field is not known passes no\n" +
	"filter of it, != included: a Unix socket has no peer and no addr."

func listCommand(getenv func(string) string, std stdio) *cobra.Command {
	f := listFlags{call: apiFlags{getenv: getenv}}
	cmd := &cobra.Command{
		Use:   "list --endpoint URL --project P --instance I",
		Short: "List the sessions of a node, or of all nodes",
		Long: "list reads the nodes and lists their sessions: of one node, or without --node of all\n" +
			"nodes of the instance. The address to kill a session by is its PEER. PROTECTED says\n" +
			"why a session is never killed; the column is there where one is. JSON is one array\n" +
			"with a session on each line, whole; in a table what a client calls itself is made\n" +
			"harmless, and cut to the width of the terminal.\n\n" + filterHelp + "\n\n" +
			"--watch lists again and again until Ctrl-C: on a terminal in place and cut to its\n" +
			"size, elsewhere one below the other. It goes on after later failures, and shows them.\n\n" +
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
	var by *filter.Field
	if f.sort != "" {
		if by, err = filter.FieldNamed(f.sort); err != nil {
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
		all, answered, err := a.sessions(ctx, nodes)
		if len(answered) == 0 || ctx.Err() != nil {
			return "", err
		}
		listed := slices.DeleteFunc(slices.Clone(all), func(s session) bool { return !matches(&s) })
		sortSessions(listed, by, f.desc)
		count = plural(len(all), "session")
		if len(f.filters) > 0 {
			count = fmt.Sprintf("%d of %s", len(listed), count)
		}
		if a.json {
			return count, join(writeJSONLines(w, listed), err)
		}
		return count, join(showSessions(w, std.width(), listed, len(nodes) > 1, a.wide), err)
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

// narrow is the number of fields in a table that is not wide. The last of them,
// PROTECTED, is shown only if a session is protected.
const narrow = 11

// showSessions has a column for the node where there are several, and one for
// what is protected where something is.
func showSessions(w io.Writer, width int, listed []session, several, wide bool) error {
	shown := filter.Fields()
	if !wide {
		shown = shown[:narrow]
		if !slices.ContainsFunc(listed, func(s session) bool { return s.protection() != "" }) {
			shown = shown[:narrow-1]
		}
	}
	if !several {
		shown = shown[1:]
	}
	var t table
	row := make([]string, len(shown))
	for i, f := range shown {
		row[i] = strings.ToUpper(f.Name)
		if f.Kind == filter.Text {
			t.cut(i)
		}
	}
	t.add(row...)
	for i := range listed {
		for j, f := range shown {
			row[j] = f.Format(&listed[i])
		}
		t.add(row...)
	}
	return t.write(w, width)
}

func plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}
