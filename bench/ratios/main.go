// Ratios measures the sub-benchmarks of bench in turns and prints markdown.
//
//	go run ./ratios                    in bench/
//	go run ./ratios -write README.md   and puts the tables there
//	go run ./ratios -check README.md   compares with the tables there instead
//	go run ./ratios -only Call         measures one family
//
// A machine that is not idle drifts: what runs a second later runs on another
// machine. So each sub-benchmark runs for a short time, in a process of its own
// (no heap but its own is collected), and all that are compared run one after
// the other, round by round, in another order each round. A number is the
// median over the rounds of the ratio to the base within the same round.
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
	rounds := flags.Int("rounds", 10, "rounds over all that is compared, but for Kill")
	kills := flags.Int("kills", 5, "rounds over Kill")
	benchtime := flags.String("benchtime", "100ms", "time or `count` of one sub-benchmark in one round")
	only := flags.String("only", "", "the `families` to measure, with commas; none: all")
	write := flags.String("write", "", "a `file` to put the tables into, between the two markers of each family")
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
