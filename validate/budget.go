package validate

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// errBudget tells that the bodies that are held at one time leave no room for
// more.
var errBudget = errors.New("validate: the bodies that are held have used up their budget")

// A budget is how much memory the bodies take that a Validator holds at one time,
// requests and responses. What is released still takes its memory until the
// garbage collector has run, so it counts until then: otherwise a process would
// take twice its budget.
type budget struct {
	limit int64 // of the bodies: a large budget has room for the checks, too
	held  atomic.Int64
	dead  atomic.Int64 // released, and perhaps not collected

	collecting sync.Mutex
	large      *semaphore.Weighted // the bytes of large bodies that are looked into at one time
}

// The checks of a body take up to three times its size beside it, where it is
// made of nothing but the names of members. So large ones are looked into one
// after the other, as many together as have these bytes.
const (
	largeBody   = 64 << 10
	largeBodies = 16 << 20
)

// How long a large body waits to be looked into: one whose caller waits, and one
// that is observed.
const (
	waitEnforced = 5 * time.Second
	waitObserved = time.Second
)

func newBudget(limit int64) *budget {
	if limit >= 8*largeBodies {
		limit -= 2 * largeBodies
	}
	return &budget{limit: limit, large: semaphore.NewWeighted(largeBodies)}
}

// take tells whether there is room for n bytes more, which are held from then on.
func (b *budget) take(n int64) bool {
	if b.held.Add(n) > b.limit {
		b.held.Add(-n)
		return false
	}
	b.collect()
	return true
}

func (b *budget) release(n int64) {
	b.held.Add(-n)
	b.dead.Add(n)
}

// full tells that what is held and what is dead are more than the budget, and a
// little: a collection is not for a few bytes.
func (b *budget) full() bool { return b.held.Load()+b.dead.Load() > b.limit+b.limit/64 }

// collect runs the garbage collector where that makes room, once for all who wait
// for it.
func (b *budget) collect() {
	if !b.full() {
		return
	}
	b.collecting.Lock()
	defer b.collecting.Unlock()
	if dead := b.dead.Load(); b.full() { // or another has done it
		runtime.GC()
		b.dead.Add(-dead)
	}
}

// lookInto waits until a body of n bytes may be looked into, and returns what is
// to be called then. The error is errBudget, or the context's.
func (b *budget) lookInto(ctx context.Context, n int, wait time.Duration) (done func(), err error) {
	if n <= largeBody {
		return func() {}, nil
	}
	weight := min(int64(n), largeBodies)
	if !b.large.TryAcquire(weight) {
		waiting, cancel := context.WithTimeout(ctx, wait)
		defer cancel()
		if b.large.Acquire(waiting, weight) != nil {
			if err := ctx.Err(); err != nil {
				return nil, err
			}
			return nil, errBudget
		}
	}
	b.collect()
	return func() {
		b.dead.Add(3 * int64(n)) // what the checks took
		b.large.Release(weight)
	}, nil
}

// A charge is what one message holds of a budget.
type charge struct {
	budget *budget
	held   atomic.Int64
	over   atomic.Bool
}

var charges = sync.Pool{New: func() any { return new(charge) }}

// charge returns one that put ends.
func (b *budget) charge() *charge {
	c := charges.Get().(*charge)
	c.budget = b
	return c
}

// put ends a charge that nobody else has.
func (c *charge) put() {
	c.end()
	c.over.Store(false)
	charges.Put(c)
}

func (c *charge) take(n int64) bool {
	if c.over.Load() || !c.budget.take(n) {
		return false
	}
	c.held.Add(n)
	return true
}

func (c *charge) release(n int64) {
	if n != 0 && !c.over.Load() {
		c.held.Add(-n)
		c.budget.release(n)
	}
}

// end releases all. What was read stays as it is for those who still have it, and
// nothing more is taken.
func (c *charge) end() {
	if c != nil && !c.over.Swap(true) {
		if n := c.held.Swap(0); n != 0 {
			c.budget.release(n)
		}
	}
}
