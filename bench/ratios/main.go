// Ratios measures the sub-benchmarks of bench in turns and prints markdown.
//
//	go run ./ratios                    in bench/
//	go run ./ratios -write README.md   and puts the tables there
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
)

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
	rounds := flags.Int("rounds", 10, "rounds over all validators")
	kills := flags.Int("kills", 5, "rounds over all kills; 0 leaves them out")
	benchtime := flags.String("benchtime", "100ms", "time or `count` of one sub-benchmark in one round")
	write := flags.String("write", "", "a `file` to put the tables into, between its two markers")
	if err := flags.Parse(args); err != nil {
		return err
	}
	b, err := build(ctx)
	if err != nil {
		return err
	}
	defer b.remove()
	b.log = stderr

	samples := newSamples()
	if err := b.interleaved(ctx, samples, *rounds, *benchtime); err != nil {
		return err
	}
	if err := b.kills(ctx, samples, *kills); err != nil {
		return err
	}
	about, err := versions(ctx)
	if err != nil {
		return err
	}
	text := report(samples, about, *rounds, *kills, *benchtime)
	fmt.Fprint(stdout, text)
	if *write != "" {
		return insert(*write, text)
	}
	return nil
}
