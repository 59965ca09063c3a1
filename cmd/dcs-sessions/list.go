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
	api      apiFlags
	on       nodeFlags
	filters  []string
	sort     string
	desc     bool
	watch    bool
	interval time.Duration
}

func listCommand(getenv func(string) string, std stdio) *cobra.Command {
	f := listFlags{api: apiFlags{getenv: getenv}}
	cmd := newCommand("list")
	cmd.Args = exactArgs()
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return list(cmd.Context(), f, std) }
	flags := cmd.Flags()
	f.on.add(cmd, "all nodes")
	flags.StringArrayVar(&f.filters, "filter", nil, "`EXPRESSION` that a session must match; may be repeated")
	flags.StringVar(&f.sort, "sort", "", "`FIELD` to sort by (default: node and id)")
	flags.BoolVar(&f.desc, "desc", false, "sort in descending order")
	flags.BoolVar(&f.watch, "watch", false, "list again and again, until Ctrl-C")
	flags.DurationVar(&f.interval, "interval", 2*time.Second, "`TIME` between two lists with --watch")
	envFlag(flags, "interval", "DCS_INTERVAL")
	f.api.add(flags)
	complete(cmd, &f.api)
	return cmd
}

func list(ctx context.Context, f listFlags, std stdio) error {
	a, err := f.api.open(std, client.Options{})
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
	// print writes nothing if no node can be listed
	print := func(w io.Writer) (count string, err error) {
		all, listedNodes, err := a.sessions(ctx, nodes)
		if len(listedNodes) == 0 || ctx.Err() != nil {
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
		return watchList(ctx, std, a.json, f.interval, print)
	}
	count, err := print(std.out)
	if count != "" && !a.json {
		fmt.Fprintf(std.out, "\n%s\n", count)
	}
	return err
}

// narrow is the number of fields in a table that is not wide. The last of them,
// PROTECTED, is shown only if a session is protected.
const narrow = 11

// showSessions prints a table. It has a column for the node if there are several,
// and one for the protection if a session is protected.
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
