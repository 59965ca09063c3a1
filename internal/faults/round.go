package faults

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// backLimit is the time after a fault in which kills must succeed again.
const backLimit = 15 * time.Second

// round lets callers kill under one fault until at least goal entries are checked or
// the time of the pace is over, and then checks the results. An error means that the
// test itself failed.
func (a *Testbed) round(ctx context.Context, f Fault, goal int) (*Row, error) {
	row := newRow(f)
	row.Rounds = 1
	ready, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if err := a.clients.await(ready); err != nil {
		return row, err
	}
	if err := a.awaitReplica(ready); err != nil {
		return row, err
	}
	a.reg.forget()
	link := a.node.linkID(ready)
	ch := &checker{node: a.node, reg: a.reg, row: row, limit: a.pace.Limit}
	a.checker.Store(ch)

	// The callers stop when ctx ends or enough entries are checked.
	calling, stop := context.WithCancel(ctx)
	defer stop()
	var callers sync.WaitGroup
	for _, c := range a.callersFor(f) {
		callers.Go(func() { c.loop(calling) })
	}
	faulty, over := context.WithTimeout(ctx, a.pace.Round)
	err := f.Run(faulty, a)
	over()
	a.link.removeToxics()
	ended := time.Now()
	if err == nil {
		a.recover(ctx, ch, f, ended)
	}
	for time.Since(ended) < a.pace.Tail && ch.checked() < goal && ctx.Err() == nil && err == nil {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	callers.Wait()
	if err != nil {
		return row, fmt.Errorf("%s: %w", f.Name, err)
	}
	a.settle()
	a.conclude(ctx, ch, f, link)
	return row, nil
}

// callersFor returns the callers of a round.
func (a *Testbed) callersFor(f Fault) []*caller {
	most := 10_000
	if f.SingleCallers > 0 {
		most = 1
	}
	var all []*caller
	a.callers = 0
	for i := range max(f.SingleCallers, len(strategies)) {
		strategy, node := strategies[i%len(strategies)], direct
		if f.SingleCallers > 0 {
			strategy = oneAddress
		}
		if far := i%4 == 3; far != f.Link && f.SingleCallers == 0 { // a quarter uses the other node
			node = linked
		}
		all = append(all, a.caller(strategy, node, most))
	}
	return all
}

// recover waits until kills succeed again while the callers continue, and checks how
// long that takes.
func (a *Testbed) recover(ctx context.Context, ch *checker, f Fault, ended time.Time) {
	nobody := entry{addr: netip.AddrPortFrom(a.ip, 999)}
	for _, node := range []string{direct, linked} {
		c := a.caller(oneAddress, node, 1)
		for {
			call, cancel := context.WithTimeout(ctx, callTime)
			e := c.kill(call, []entry{nobody})
			cancel()
			if e != nil && e.status == 204 {
				break
			}
			if time.Since(ended) > 2*backLimit || ctx.Err() != nil {
				ch.violation(notBack, e, "no kill succeeds %.0f s after %q was over", time.Since(ended).Seconds(), f.Name)
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	back := time.Since(ended)
	if back > backLimit {
		ch.violation(notBack, nil, "kills succeed %.1f s after %q was over", back.Seconds(), f.Name)
	}
	ch.mu.Lock()
	ch.row.Back = max(ch.row.Back, back)
	ch.mu.Unlock()
}

// settle waits until the kills whose callers have left are complete, and until the
// clients have seen the end of their sessions.
func (a *Testbed) settle() {
	for end := time.Now().Add(callTime); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if a.api.audit.read() != nil || a.api.audit.open() == 0 {
			break
		}
	}
	time.Sleep(200 * time.Millisecond)
}

// conclude checks the round as a whole.
func (a *Testbed) conclude(ctx context.Context, ch *checker, f Fault, link string) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if now := a.node.linkID(ctx); !f.Unlink && now != link {
		ch.violation(lostLink, nil, "the connection of the replica was %s and is %s", link, now)
	}
	if err := a.clients.await(ctx); err != nil {
		ch.violation(notBack, nil, "%v", err)
	}
	index := newRequestIndex(ch.exchanges, time.Now())
	ch.checkEnds(index)
	ch.checkLabels(index)
	ch.checkAudit(a.api.audit, a.api.auditFailed)
	secrets, panics := a.api.findings()
	for _, secret := range secrets {
		ch.violation(leak, nil, "the secret %s is in the server's log", secret)
	}
	for _, line := range panics {
		ch.violation(panicked, nil, "%s", line)
	}
}

// checked returns the number of entries that were checked so far.
func (ch *checker) checked() int {
	ch.mu.Lock()
	defer ch.mu.Unlock()
	return ch.row.Checked
}
