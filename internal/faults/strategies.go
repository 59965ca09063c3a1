package faults

import (
	"context"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
)

// A strategy is how a caller kills once. It returns nil if it sent no kill.
type strategy struct {
	kill  func(c *caller, ctx context.Context) *exchange
	lists bool // it kills sessions that it has listed
}

// oneAddress kills one address.
var oneAddress = strategy{(*caller).one, false}

// strategies are those of 16 callers.
var strategies = []strategy{
	oneAddress, {(*caller).many, false}, {(*caller).listed, true}, {(*caller).scanned, true},
	{(*caller).listedIDs, true}, {(*caller).library, true}, {(*caller).ids, false}, {(*caller).leaver, false},
	oneAddress, {(*caller).many, false}, {(*caller).listed, true}, {(*caller).protected, false},
	oneAddress, {(*caller).many, false}, {(*caller).many, false}, {(*caller).many, false},
}

// one kills one address that it has not listed.
func (c *caller) one(ctx context.Context) *exchange { return c.kill(ctx, c.unlisted(1)) }

// many kills up to 10,000 addresses that it has not listed. Some are repeated. In a long
// list no session has a quarter of them.
func (c *caller) many(ctx context.Context) *exchange { return c.kill(ctx, c.unlisted(c.size())) }

func (c *caller) unlisted(n int) []entry {
	const long, above = 100, 10_000 // above the ports of all clients
	entries := make([]entry, n)
	for i := range entries {
		entries[i].addr = c.clients.all[c.random.IntN(c.clients.size)].from
		if n > long && i%4 == 0 {
			entries[i].addr = netip.AddrPortFrom(entries[i].addr.Addr(), uint16(above+c.random.IntN(50_000)))
		}
	}
	return entries
}

// listed lists the sessions, waits a moment, and kills some of them.
func (c *caller) listed(ctx context.Context) *exchange {
	entries := c.sample(c.list(ctx), c.size())
	c.pauseLikeAnOperator()
	return c.kill(ctx, entries)
}

// pauseLikeAnOperator waits as an operator does between a listing and a kill.
func (c *caller) pauseLikeAnOperator() {
	if c.random.IntN(2) == 0 {
		time.Sleep(time.Duration(c.random.IntN(100)) * time.Millisecond)
	}
}

// scanned does the same after a scan.
func (c *caller) scanned(ctx context.Context) *exchange {
	api := c.api.Instance(project, instance)
	scan := api.Scan
	if c.random.IntN(2) == 0 {
		scan = api.Rescan
	}
	if _, err := scan(ctx, c.node); err != nil {
		return nil
	}
	return c.listed(ctx)
}

// listedIDs kills listed sessions by their ids.
func (c *caller) listedIDs(ctx context.Context) *exchange {
	entries := c.sample(c.list(ctx), c.size())
	for i := range entries {
		entries[i].addr = netip.AddrPort{}
	}
	c.pauseLikeAnOperator()
	return c.kill(ctx, entries)
}

// library kills listed sessions with the Go client, which sends a kill again if its
// connection fails.
func (c *caller) library(ctx context.Context) *exchange {
	asked := &killRequest{entries: c.sample(c.list(ctx), c.size())}
	if len(asked.entries) == 0 {
		return nil
	}
	targets := make([]client.Target, len(asked.entries))
	for i, a := range asked.entries {
		targets[i] = client.Addr(a.addr.String())
	}
	outcome, _ := c.api.Instance(project, instance).Kill(asked.with(ctx), c.node, targets) // the recorder has the response
	if asked.last != nil {
		asked.last.returned = outcome.Results
	}
	return asked.last
}

// ids kills by ids that it has not listed.
func (c *caller) ids(ctx context.Context) *exchange {
	var entries []entry
	for range c.size() {
		if s := c.clients.all[c.random.IntN(c.clients.size)].now.Load(); s != nil {
			entries = append(entries, entry{id: s.ID})
		}
	}
	return c.kill(ctx, entries)
}

// protected includes a protected session, so that the server must kill nothing.
func (c *caller) protected(ctx context.Context) *exchange {
	if c.random.IntN(4) > 0 {
		return c.many(ctx)
	}
	guarded := c.clients.all[len(c.clients.all)-1]
	return c.kill(ctx, append(c.unlisted(3), entry{addr: guarded.from}))
}

// leaver does not wait for the response. It pauses before each kill, because the server
// completes each of them.
func (c *caller) leaver(ctx context.Context) *exchange {
	time.Sleep(time.Duration(c.random.IntN(1000)) * time.Millisecond)
	ctx, cancel := context.WithTimeout(ctx, time.Duration(1+c.random.IntN(50))*time.Millisecond)
	defer cancel()
	return c.many(ctx)
}

// killAll kills all sessions of the node with a job, and waits for the end of the job.
func (c *caller) killAll(ctx context.Context) *exchange {
	asked := &killRequest{all: true}
	job, err := c.api.Instance(project, instance).KillAll(asked.with(ctx), c.node)
	if err != nil {
		return asked.last
	}
	if _, err := c.api.Instance(project, "").WaitJob(ctx, job, nil); err == nil {
		asked.last.jobEnded = time.Now()
	}
	return asked.last
}

// entryOf returns the entry that kills a listed session. It returns false for a session
// that callers must not kill.
func entryOf(row client.Session, run int64) (entry, bool) {
	id, err := strconv.ParseInt(row.ID, 10, 64)
	addr, wrong := netip.ParseAddrPort(row.Peer)
	return entry{addr: addr, id: id, listed: row.Name, run: run}, err == nil && wrong == nil && strings.HasPrefix(row.Name, targetPrefix)
}
