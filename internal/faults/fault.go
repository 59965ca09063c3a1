package faults

import (
	"context"
	"time"
)

// A Fault is one kind of failure while callers kill.
type Fault struct {
	Name string
	What string // what it does, for the report

	// Run causes the failure repeatedly until ctx ends, and then repairs everything. An
	// error means that the test itself failed.
	Run func(ctx context.Context, a *Testbed) error

	Link          bool // most callers use the link
	Unlink        bool // the connection of the replica may be lost
	SingleCallers int  // if set, this many callers kill one address each instead
}

// Faults returns all faults: those of the node, those of the link to it, and those of
// the server, which stops in them.
func Faults() (node, link, server []Fault) { return nodeFaults, linkFaults, serverFaults }

// A Pace says how long faults last.
type Pace struct {
	Round time.Duration // how long a fault is repeated
	Hold  time.Duration // the longest single failure
	Tail  time.Duration // how long callers continue after the fault, at most
	Limit time.Duration // on one response
}

// In the short pace no failure lasts as long as a response may take.
var (
	Short = Pace{Round: 500 * time.Millisecond, Hold: 500 * time.Millisecond, Tail: time.Second, Limit: 20 * time.Second}
	Long  = Pace{Round: 6 * time.Second, Hold: 10 * time.Second, Tail: 8 * time.Second, Limit: 10 * time.Second}
)

// hold returns a random duration for one failure.
func (a *Testbed) hold() time.Duration {
	return a.pace.Hold/10 + time.Duration(a.random.Int64N(int64(a.pace.Hold*9/10)))
}

// pauseBetween waits a moment between two failures.
func (a *Testbed) pauseBetween(ctx context.Context) {
	pause(ctx, time.Duration(50+a.random.IntN(400))*time.Millisecond)
}

// repeatedly returns a Fault.Run that calls f until ctx ends.
func repeatedly(f func(a *Testbed) error) func(context.Context, *Testbed) error {
	return func(ctx context.Context, a *Testbed) error {
		for ctx.Err() == nil {
			a.pauseBetween(ctx)
			if err := f(a); err != nil {
				return err
			}
		}
		return nil
	}
}
