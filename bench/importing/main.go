// Importing measures what it costs a program to import a client for one request, and
// prints markdown. The programs are in testdata.
//
//	go run ./importing                    in bench/
//	go run ./importing -write README.md   and writes the table there
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"

	"github.com/dcs-sessions/dcs-sessions/bench/internal/marked"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout, os.Stderr); err != nil {
		if errors.Is(err, flag.ErrHelp) {
			os.Exit(2)
		}
		fmt.Fprintln(os.Stderr, "importing:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("importing", flag.ContinueOnError)
	flags.SetOutput(stderr)
	rounds := flags.Int("rounds", 3, "builds of each program")
	write := flags.String("write", "", "a `file` to put the table into, between its two markers")
	if err := flags.Parse(args); err != nil {
		return err
	}
	costs := make([]cost, len(programs))
	for i, p := range programs {
		var err error
		if costs[i], err = p.imports(ctx); err != nil {
			return err
		}
	}
	b, err := newBuilder(ctx)
	if err != nil {
		return err
	}
	defer b.remove()
	for round := range *rounds {
		fmt.Fprintf(stderr, "round %d of %d\n", round+1, *rounds)
		for i := range programs {
			i = (i + round) % len(programs) // nobody always follows the same other
			cpu, size, err := b.build(ctx, programs[i])
			if err != nil {
				return err
			}
			costs[i].cpu = append(costs[i].cpu, cpu)
			costs[i].size = size
		}
	}
	text, err := report(ctx, costs)
	if err != nil {
		return err
	}
	fmt.Fprint(stdout, text)
	if *write != "" {
		return marked.Insert(*write, "Importing", "go run ./importing -write README.md", text)
	}
	return nil
}
