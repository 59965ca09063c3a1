// Compare passes the corpus of validation cases through Stoplight Prism's
// validating proxy, and writes where its verdicts differ from ours.
//
//	go run ./compare                    in bench/: prints the tables
//	go run ./compare -write COMPARE.md  and writes them there
//
// A person judges which verdict is right, in judgements.yaml. A difference without a
// judgement is an error, and so is a judgement without a difference. The program prints
// stubs for missing judgements.
//
// It needs Node.js and npm, and installs Prism once into the user's cache.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/dcs-sessions/dcs-sessions/bench/internal/marked"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	if errors.Is(err, flag.ErrHelp) {
		os.Exit(2)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "compare:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, stdout, stderr io.Writer) error {
	flags := flag.NewFlagSet("compare", flag.ContinueOnError)
	flags.SetOutput(stderr)
	corpora := flags.String("corpora", "../validate/testdata", "the `directory` of the corpora and their contracts")
	judgements := flags.String("judgements", "compare/judgements.yaml", "the `file` that says who is right")
	cache := flags.String("cache", defaultCache(), "the `directory` to install Prism into, where it is not yet")
	write := flags.String("write", "", "a `file` to put the tables into, between its two markers")
	verbose := flags.Bool("v", false, "print each difference with what Prism said")
	if err := flags.Parse(args); err != nil {
		return err
	}
	judged, err := readJudgements(*judgements)
	if err != nil {
		return err
	}
	list, err := readCorpora(*corpora)
	if err != nil {
		return err
	}
	p, err := install(ctx, *cache, stderr)
	if err != nil {
		return err
	}
	if err := p.prove(ctx); err != nil {
		return fmt.Errorf("prism does not do its work here: %w", err)
	}
	var rows []row
	for _, c := range list {
		got, err := p.through(ctx, c, judged.Edits)
		if err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		if err := works(got); err != nil {
			return fmt.Errorf("%s: %w", c.Name, err)
		}
		fmt.Fprintln(stderr, c.Name+":", summarize(got))
		rows = append(rows, got...)
	}
	if *verbose {
		for _, r := range differences(rows) {
			fmt.Fprintf(stderr, "%s / %s: ours %s, Prism %s\n\t%s\n", r.Contract, r.Case, r.ours(), r.Prism, r.Prism.Said)
		}
	}
	stubs, err := judged.apply(rows)
	if err != nil {
		fmt.Fprint(stdout, stubs)
		return err
	}
	text := report(rows, p.about, judged.Edits)
	fmt.Fprint(stdout, text)
	if *write != "" {
		return marked.Insert(*write, "compare", "go run ./compare -write COMPARE.md", text)
	}
	return nil
}
