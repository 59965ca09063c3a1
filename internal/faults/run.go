package faults

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"time"
)

// Options adjusts [Run].
type Options struct {
	Binary   string   // of dcs-sessions
	Servers  []string // each has a testbed of its own
	Seed     uint64   // of the order and duration of failures; the timing of the machine is not repeated
	Addrs    int      // the least number of entries under a 204 to check
	Sessions int      // that callers may kill, per node. Default: 300
	Parallel int      // testbeds at a time. Default: all
	Pace     Pace
	Log      *slog.Logger // one line per round. Default: none
}

// Run runs every fault on every server at least once, until enough entries are checked.
// An error means that the test itself failed; the report has what the server did
// wrong.
func Run(ctx context.Context, o Options) (*Report, error) {
	if o.Sessions == 0 {
		o.Sessions = 300
	}
	if o.Parallel == 0 {
		o.Parallel = len(o.Servers)
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	report := &Report{Options: o, begun: time.Now()}
	turns := make(chan struct{}, o.Parallel)
	var all sync.WaitGroup
	errs := make([]error, len(o.Servers))
	for i, server := range o.Servers {
		all.Go(func() {
			turns <- struct{}{}
			defer func() { <-turns }()
			random := rand.New(rand.NewPCG(o.Seed, uint64(i)))
			errs[i] = runTestbed(ctx, o, server, random, report)
		})
	}
	all.Wait()
	report.took = time.Since(report.begun)
	return report, errors.Join(errs...)
}

// runTestbed first lets the node and the link fail while the server runs, and compares
// the server's resources before and after. Then it lets the server fail.
func runTestbed(ctx context.Context, o Options, server string, random *rand.Rand, report *Report) (err error) {
	opening, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	a, err := open(opening, o, server, random)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, a.close()) }()
	node, link, ofServer := Faults()
	outer := append(append([]Fault{}, node...), link...)
	share := o.Addrs / len(o.Servers)
	goal := share / (len(outer) + len(ofServer)) / max(1, share/100_000)

	warm, err := a.round(ctx, node[0], goal)
	if err != nil {
		return err
	}
	report.add(warm)
	start, err := a.api.measure(ctx)
	if err != nil {
		return err
	}
	checked := warm.Checked
	play := func(faults []Fault, until int) error {
		for first := true; first || checked < until; first = false {
			for _, i := range random.Perm(len(faults)) {
				if ctx.Err() != nil {
					return ctx.Err()
				}
				row, err := a.round(ctx, faults[i], goal)
				if err != nil {
					return fmt.Errorf("%s: %w", a.node.Kind(), err)
				}
				checked += row.Checked
				report.add(row)
				o.Log.Info("round", "server", a.node.Kind(), "fault", row.Fault, "checked", checked, "statuses", row.Statuses, "violations", row.Violations, "slowest", row.Slowest, "texts", row.Texts)
			}
		}
		return nil
	}
	if err := play(outer, share*len(outer)/(len(outer)+len(ofServer))); err != nil {
		return err
	}
	a.transport.CloseIdleConnections()
	time.Sleep(time.Second)
	end, err := a.api.measure(ctx)
	if err != nil {
		return err
	}
	report.held(ResourceChange{a.node.Kind(), start, end, end.exceeds(start)})
	return play(ofServer, share)
}
