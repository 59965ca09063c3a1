package faults

import (
	"context"
	"time"
)

// A Fault is what fails while callers kill.
type Fault struct {
	Name string
	What string // it does, for people

	// Run lets things fail again and again until ctx ends, and leaves all as it
	// was, which may take a little longer. An error is the harness's own.
	Run func(ctx context.Context, a *Arena) error

	Link   bool // most callers go over the link
	Unlink bool // the replica's link may break
	Alone  int  // this many callers of one address each, in place of the crew
}

// Faults returns all faults: of the node, of the link to it, and of the server
// itself, which ends in them.
func Faults() (node, link, server []Fault) { return nodeFaults, linkFaults, serverFaults }

// A Pace is how long faults last.
type Pace struct {
	Round time.Duration // how long a fault goes on
	Hold  time.Duration // how long at most one failure lasts
	Tail  time.Duration // how long callers go on after it, at most
	Limit time.Duration // on one answer
}

// The paces. In the short one nothing fails for as long as an answer may take.
var (
	Short = Pace{Round: 500 * time.Millisecond, Hold: 500 * time.Millisecond, Tail: time.Second, Limit: 20 * time.Second}
	Long  = Pace{Round: 6 * time.Second, Hold: 10 * time.Second, Tail: 8 * time.Second, Limit: 10 * time.Second}
)

// hold is for how long this failure lasts.
func (a *Arena) hold() time.Duration {
	return a.pace.Hold/10 + time.Duration(a.random.Int64N(int64(a.pace.Hold*9/10)))
}

// breathe is a moment between two failures.
func (a *Arena) breathe(ctx context.Context) {
	pause(ctx, time.Duration(50+a.random.IntN(400))*time.Millisecond)
}

// again lets f fail until ctx ends.
func again(f func(a *Arena) error) func(context.Context, *Arena) error {
	return func(ctx context.Context, a *Arena) error {
		for ctx.Err() == nil {
			a.breathe(ctx)
			if err := f(a); err != nil {
				return err
			}
		}
		return nil
	}
}
