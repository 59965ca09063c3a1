package faults

import (
	"context"
	"fmt"
	"net/netip"
	"sync"
	"time"
)

// backLimit is how long after a fault kills must succeed again.
const backLimit = 15 * time.Second

// round lets callers kill under one fault until at least goal entries are
// checked, or the pace's time is over, and judges. An error is the harness's own.
func (a *Arena) round(ctx context.Context, f Fault, goal int) (*Row, error) {
	row := newRow(f)
	row.Rounds = 1
	ready, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if err := a.crowd.await(ready); err != nil {
		return row, err
	}
	if err := a.linked(ready); err != nil {
		return row, err
	}
	a.reg.forget()
	link := a.node.linkID(ready)
	j := &judge{node: a.node, reg: a.reg, row: row, limit: a.pace.Limit}
	a.judge.Store(j)

	// the callers stop when ctx ends or all is checked
	calling, stop := context.WithCancel(ctx)
	defer stop()
	var callers sync.WaitGroup
	for _, c := range a.crewFor(f) {
		callers.Go(func() { c.loop(calling) })
	}
	faulty, over := context.WithTimeout(ctx, a.pace.Round)
	err := f.Run(faulty, a)
	over()
	a.link.mend()
	ended := time.Now()
	if err == nil {
		a.recover(ctx, j, f, ended)
	}
	for time.Since(ended) < a.pace.Tail && j.checked() < goal && ctx.Err() == nil && err == nil {
		time.Sleep(10 * time.Millisecond)
	}
	stop()
	callers.Wait()
	if err != nil {
		return row, fmt.Errorf("%s: %w", f.Name, err)
	}
	a.settle()
	a.conclude(ctx, j, f, link)
	return row, nil
}

// crewFor makes the callers of a round.
func (a *Arena) crewFor(f Fault) []*caller {
	most := 10_000
	if f.Alone > 0 {
		most = 1
	}
	var all []*caller
	a.callers = 0
	for i := range max(f.Alone, len(crew)) {
		way, node := crew[i%len(crew)], direct
		if f.Alone > 0 {
			way = alone
		}
		if far := i%4 == 3; far != f.Link && f.Alone == 0 { // a quarter goes the other way
			node = linked
		}
		all = append(all, a.caller(way, node, most))
	}
	return all
}

// recover waits until kills succeed again, among those of the callers, and judges
// how long that takes.
func (a *Arena) recover(ctx context.Context, j *judge, f Fault, ended time.Time) {
	nobody := ask{addr: netip.AddrPortFrom(a.ip, 999)}
	for _, node := range []string{direct, linked} {
		c := a.caller(alone, node, 1)
		for {
			call, cancel := context.WithTimeout(ctx, callTime)
			e := c.kill(call, []ask{nobody})
			cancel()
			if e != nil && e.status == 204 {
				break
			}
			if time.Since(ended) > 2*backLimit || ctx.Err() != nil {
				j.breach(notBack, e, "no kill succeeds %.0f s after %q was over", time.Since(ended).Seconds(), f.Name)
				break
			}
			time.Sleep(20 * time.Millisecond)
		}
	}
	back := time.Since(ended)
	if back > backLimit {
		j.breach(notBack, nil, "kills succeed %.1f s after %q was over", back.Seconds(), f.Name)
	}
	j.mu.Lock()
	j.row.Back = max(j.row.Back, back)
	j.mu.Unlock()
}

// settle waits until the kills whose callers have left are over, and until this
// side has seen what the node did.
func (a *Arena) settle() {
	for end := time.Now().Add(callTime); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		if a.api.audit.read() != nil || a.api.audit.open() == 0 {
			break
		}
	}
	time.Sleep(200 * time.Millisecond)
}

// conclude judges the round as a whole.
func (a *Arena) conclude(ctx context.Context, j *judge, f Fault, link string) {
	ctx, cancel := context.WithTimeout(ctx, startTime)
	defer cancel()
	if now := a.node.linkID(ctx); !f.Unlink && now != link {
		j.breach(lostLink, nil, "the replica's link was %s and is %s", link, now)
	}
	if err := a.crowd.await(ctx); err != nil {
		j.breach(notBack, nil, "%v", err)
	}
	x := newIndex(j.exchanges, time.Now())
	j.judgeEnds(x)
	j.judgeLabels(x)
	j.judgeAudit(a.api.audit, a.api.logged)
	secrets, panics := a.api.complaints()
	for _, secret := range secrets {
		j.breach(leak, nil, "the secret %s is in the server's log", secret)
	}
	for _, line := range panics {
		j.breach(panicked, nil, "%s", line)
	}
}

// checked returns how many entries were checked so far.
func (j *judge) checked() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.row.Checked
}
