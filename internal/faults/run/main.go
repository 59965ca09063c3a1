// Command run runs all faults and prints the results.
//
//	go run ./run -addrs 1000000 -write ../../docs/faults.md
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/dcs-sessions/dcs-sessions/internal/faults"
)

func main() {
	o := faults.Options{Pace: faults.Long}
	flag.IntVar(&o.Addrs, "addrs", 1_000_000, "check at least this many `addresses` under a 204")
	flag.Uint64Var(&o.Seed, "seed", rand.Uint64()%1_000_000, "seed of the order and duration of failures; it is printed")
	flag.IntVar(&o.Sessions, "sessions", 600, "sessions of each node that callers may kill")
	flag.IntVar(&o.Parallel, "parallel", 3, "servers at a time; 0: all")
	flag.StringVar(&o.Binary, "binary", "", "the dcs-sessions binary `file` (default: it is built)")
	short := flag.Bool("short", false, "run each fault for a second")
	write := flag.String("write", "", "write the report to `file`")
	flag.Parse()
	if *short {
		o.Pace = faults.Short
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, o, *write); err != nil {
		fmt.Fprintln(os.Stderr, "faults:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, o faults.Options, write string) error {
	o.Log = slog.New(slog.NewTextHandler(os.Stderr, nil))
	o.Servers = faults.Servers()
	if o.Binary == "" {
		dir, err := os.MkdirTemp("", "faults-binary-")
		if err != nil {
			return err
		}
		defer os.RemoveAll(dir)
		o.Binary = filepath.Join(dir, "dcs-sessions")
		if err := faults.Build(ctx, "../..", o.Binary); err != nil {
			return err
		}
	}
	o.Log.Info("begin", "seed", o.Seed, "addrs", o.Addrs, "servers", strings.Join(o.Servers, " "))
	report, err := faults.Run(ctx, o)
	if err != nil {
		return err
	}
	fmt.Print(report.Markdown())
	if write != "" {
		if err := os.WriteFile(write, []byte(report.Document()), 0o644); err != nil {
			return err
		}
	}
	violations := report.Violations()
	for _, text := range violations {
		fmt.Println(text)
	}
	if len(violations) > 0 {
		return fmt.Errorf("the server violated its guarantees; the seed was %d", o.Seed)
	}
	return nil
}
