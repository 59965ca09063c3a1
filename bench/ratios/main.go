// Ratios measures the sub-benchmarks of bench in turns and prints markdown.
//
//	go run ./ratios                    in bench/
//	go run ./ratios -write README.md   and writes the tables there
//	go run ./ratios -check README.md   compares with the tables there instead
//	go run ./ratios -only Call         measures one family
//
// The speed of a machine that is not idle changes from second to second. So each
// sub-benchmark runs for a short time, in a process of its own (only its own heap is
// collected). All that are compared run one after the other, in another order in each
// round. A figure is the median over the rounds of the ratio to the base in the same
// round.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"slices"

	"github.com/dcs-sessions/dcs-sessions/bench/internal/marked"
)

const command = "go run ./ratios -write README.md"

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(2)
		}
		fmt.Fprintln(os.Stderr, "ratios:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("ratios", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rounds := flags.Int("rounds", 10, "rounds, except for Kill")
	kills := flags.Int("kills", 5, "rounds for Kill")
	benchtime := flags.String("benchtime", "100ms", "time or `count` of one sub-benchmark in one round")
	only := flags.String("only", "", "the `families` to measure, separated by commas; default: all")
	write := flags.String("write", "", "a `file` to write the tables to, between the two markers of each family")
	check := flags.String("check", "", "a `file` whose tables our figures are compared with; nothing is written")
	if err := flags.Parse(args); err != nil {
		return err
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	b, err := build(ctx)
	if err != nil {
		return err
	}
	defer b.remove()
	b.log = stderr

	if *check != "" {
		return b.check(ctx, *check, chosen, *rounds, *benchtime, stdout)
	}
	samples := newSamples()
	if err := b.interleaved(ctx, samples, chosen, *rounds, *benchtime); err != nil {
		return err
	}
	if slices.ContainsFunc(chosen, family.isKill) {
		if err := b.kills(ctx, samples, *kills); err != nil {
			return err
		}
	}
	for _, f := range chosen {
		about, err := f.versions(ctx)
		if err != nil {
			return err
		}
		text := fmt.Sprintf("%s/%s, %d processors; ", runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
		if f.isKill() {
			text += fmt.Sprintf("%d rounds; %s\n\n", *kills, about) + samples.reportKill()
		} else {
			text += fmt.Sprintf("%d rounds of %s each; %s\n\n", *rounds, *benchtime, about) + samples.report(f)
		}
		fmt.Fprint(stdout, text)
		if *write != "" {
			if err := marked.Insert(*write, f.name, command, text); err != nil {
				return err
			}
		}
	}
	return nil
}
