package body

import (
	"context"
	"errors"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"
)

// ErrBudget is returned when the bodies that are held leave no room for more.
var ErrBudget = errors.New("the bodies that are held have used up their budget")

// A Budget limits the memory of the bodies that are held at one time. What is
// released takes its memory until the garbage collector has run, so it counts
// until then: otherwise a process would take twice its budget.
type Budget struct {
	limit    int64 // of the bodies: a large budget also has room for the checks
	held     atomic.Int64
	released atomic.Int64 // and perhaps not collected

	collecting sync.Mutex
	large      *semaphore.Weighted // the bytes of large bodies that are checked at one time
}

// A body's check takes up to three times the body's size in addition, when the
// body is made of nothing but members' names. So large bodies are checked one
// after the other, or together if their sizes add up to no more than largeBodies.
const (
	largeBody   = 64 << 10
	largeBodies = 16 << 20
)

// NewBudget returns a budget of limit bytes.
func NewBudget(limit int64) *Budget {
	if limit >= 8*largeBodies {
		limit -= 2 * largeBodies
	}
	return &Budget{limit: limit, large: semaphore.NewWeighted(largeBodies)}
}

// take reports whether there was room for n bytes more, which are held from then
// on.
func (b *Budget) take(n int64) bool {
	if b.held.Add(n) > b.limit {
		b.held.Add(-n)
		return false
	}
	b.collect()
	return true
}

func (b *Budget) release(n int64) {
	b.held.Add(-n)
	b.released.Add(n)
}

// isFull reports whether what is held and what is not collected exceed the budget
// by a little: a collection is not worth a few bytes.
func (b *Budget) isFull() bool { return b.held.Load()+b.released.Load() > b.limit+b.limit/64 }

// collect runs the garbage collector if that makes room, once for all who wait for
// it.
func (b *Budget) collect() {
	if !b.isFull() {
		return
	}
	b.collecting.Lock()
	defer b.collecting.Unlock()
	if released := b.released.Load(); b.isFull() { // or another goroutine has done it
		runtime.GC()
		b.released.Add(-released)
	}
}

// Acquire waits, no longer than wait, until a body of n bytes may be checked. The
// caller must call done after the check. The error is ErrBudget, or the context's.
func (b *Budget) Acquire(ctx context.Context, n int, wait time.Duration) (done func(), err error) {
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
			return nil, ErrBudget
		}
	}
	b.collect()
	return func() {
		b.released.Add(3 * int64(n)) // the memory of the check
		b.large.Release(weight)
	}, nil
}

// A Charge is what one message holds of a Budget. A nil one charges nothing.
type Charge struct {
	budget *Budget
	held   atomic.Int64
	ended  atomic.Bool
}

// Charge returns a new charge.
func (b *Budget) Charge() *Charge { return &Charge{budget: b} }

// Begin makes a charge that is zero, or that has ended, a new one.
func (c *Charge) Begin(b *Budget) {
	c.budget = b
	c.ended.Store(false)
}

func (c *Charge) take(n int64) bool {
	if c == nil {
		return true
	}
	if c.ended.Load() || !c.budget.take(n) {
		return false
	}
	c.held.Add(n)
	return true
}

func (c *Charge) release(n int64) {
	if c != nil && n != 0 && !c.ended.Load() {
		c.held.Add(-n)
		c.budget.release(n)
	}
}

// End releases all. Those who still have what was read keep it; nothing more can
// be taken.
func (c *Charge) End() {
	if c != nil && !c.ended.Swap(true) {
		if n := c.held.Swap(0); n != 0 {
			c.budget.release(n)
		}
	}
}
