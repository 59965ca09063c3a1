package faults

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// A way is how a caller kills, once. It returns nil where it did not come to a
// kill.
type way struct {
	kill  func(c *caller, ctx context.Context) *exchange
	lists bool // it kills what it was shown
}

// alone is the way of those that kill one address each.
var alone = way{(*caller).one, false}

// crew is the ways of 16 callers.
var crew = []way{
	alone, {(*caller).many, false}, {(*caller).listed, true}, {(*caller).scanned, true},
	{(*caller).listedIDs, true}, {(*caller).library, true}, {(*caller).ids, false}, {(*caller).leaver, false},
	alone, {(*caller).many, false}, {(*caller).listed, true}, {(*caller).protected, false},
	alone, {(*caller).many, false}, {(*caller).many, false}, {(*caller).many, false},
}

// one kills one address that it was never shown.
func (c *caller) one(ctx context.Context) *exchange { return c.kill(ctx, c.unlisted(1)) }

// many kills up to 10,000 addresses that it was never shown; some of them are
// there twice. In a long list, a quarter of
// them is of nobody.
func (c *caller) many(ctx context.Context) *exchange { return c.kill(ctx, c.unlisted(c.size())) }

func (c *caller) unlisted(n int) []ask {
	const long, above = 100, 10_000 // above all ports of the crowd
	asks := make([]ask, n)
	for i := range asks {
		asks[i].addr = c.crowd.slots[c.random.IntN(c.crowd.size)].from
		if n > long && i%4 == 0 {
			asks[i].addr = netip.AddrPortFrom(asks[i].addr.Addr(), uint16(above+c.random.IntN(50_000)))
		}
	}
	return asks
}

// listed lists, lets time pass, and kills some of those that it was shown.
func (c *caller) listed(ctx context.Context) *exchange {
	asks := c.some(c.list(ctx), c.size())
	c.hesitate()
	return c.kill(ctx, asks)
}

// hesitate is what an operator does between a list and a kill.
func (c *caller) hesitate() {
	if c.random.IntN(2) == 0 {
		time.Sleep(time.Duration(c.random.IntN(100)) * time.Millisecond)
	}
}

// scanned is listed after a scan.
func (c *caller) scanned(ctx context.Context) *exchange {
	crowd := c.api.Instance(project, instance)
	scan := crowd.Scan
	if c.random.IntN(2) == 0 {
		scan = crowd.Rescan
	}
	if _, err := scan(ctx, c.node); err != nil {
		return nil
	}
	return c.listed(ctx)
}

// listedIDs is listed by the sessions' ids.
func (c *caller) listedIDs(ctx context.Context) *exchange {
	asks := c.some(c.list(ctx), c.size())
	for i := range asks {
		asks[i].addr = netip.AddrPort{}
	}
	c.hesitate()
	return c.kill(ctx, asks)
}

// library is listed by the Go client, which sends a kill again where its
// connection failed.
func (c *caller) library(ctx context.Context) *exchange {
	asked := &asking{asks: c.some(c.list(ctx), c.size())}
	if len(asked.asks) == 0 {
		return nil
	}
	targets := make([]client.Target, len(asked.asks))
	for i, a := range asked.asks {
		targets[i] = client.Addr(a.addr.String())
	}
	outcome, _ := c.api.Instance(project, instance).Kill(asked.with(ctx), c.node, targets) // the recorder has the answer
	if asked.last != nil {
		asked.last.returned = outcome.Results
	}
	return asked.last
}

// ids kills by ids that it was never shown.
func (c *caller) ids(ctx context.Context) *exchange {
	var asks []ask
	for range c.size() {
		if s := c.crowd.slots[c.random.IntN(c.crowd.size)].now.Load(); s != nil {
			asks = append(asks, ask{id: s.ID})
		}
	}
	return c.kill(ctx, asks)
}

// protected names a protected session among others: nothing is to be killed.
func (c *caller) protected(ctx context.Context) *exchange {
	if c.random.IntN(4) > 0 {
		return c.many(ctx)
	}
	guarded := c.crowd.slots[len(c.crowd.slots)-1]
	return c.kill(ctx, append(c.unlisted(3), ask{addr: guarded.from}))
}

// leaver does not wait for the answer. The server finishes what it has begun, so
// a leaver that did not pause would pile up kills without end.
func (c *caller) leaver(ctx context.Context) *exchange {
	time.Sleep(time.Duration(c.random.IntN(1000)) * time.Millisecond)
	ctx, cancel := context.WithTimeout(ctx, time.Duration(1+c.random.IntN(50))*time.Millisecond)
	defer cancel()
	return c.many(ctx)
}

// killAll kills all sessions of the node by a job, and waits for its end.
func (c *caller) killAll(ctx context.Context) *exchange {
	asked := &asking{all: true}
	job, err := c.api.Instance(project, instance).KillAll(asked.with(ctx), c.node)
	if err != nil {
		return asked.last
	}
	if _, err := c.api.Instance(project, "").WaitJob(ctx, job, nil); err == nil {
		asked.last.jobEnded = time.Now()
	}
	return asked.last
}

// askOf is what kills the session that a row shows; false for one that is not
// for callers to kill.
func askOf(row client.Session, run int64) (ask, bool) {
	id, err := strconv.ParseInt(row.ID, 10, 64)
	addr, wrong := netip.ParseAddrPort(row.Peer)
	return ask{addr: addr, id: id, listed: row.Name, run: run}, err == nil && wrong == nil && strings.HasPrefix(row.Name, ofCrowd)
}
