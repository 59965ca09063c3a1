package faults

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/dcs-sessions/dcs-sessions/client"
	"github.com/dcs-sessions/dcs-sessions/gen"
)

// callTime is how long a caller waits for a response. It is well over the time limit,
// so that late responses are detected.
const callTime = 40 * time.Second

// A caller sends requests with credentials of its own.
type caller struct {
	url         string
	node        string
	credentials client.Credentials
	http        *http.Client   // over the recorder
	api         *client.Client // over the recorder
	clients     *clients
	run         func() int64 // the server's run
	random      *rand.Rand
	most        int // the largest number of entries in one request
	strategy    func(*caller, context.Context) *exchange
}

// loop kills until ctx ends, and finishes the last kill. After a failure it waits a
// little, as an operator's program does.
func (c *caller) loop(ctx context.Context) {
	for ctx.Err() == nil {
		call, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime)
		e := c.strategy(c, call)
		cancel()
		if e == nil || !e.done() {
			pause(ctx, time.Duration(20+c.random.IntN(60))*time.Millisecond)
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// kill sends one kill without the Go client.
func (c *caller) kill(ctx context.Context, entries []entry) *exchange {
	if len(entries) == 0 {
		return nil
	}
	body := gen.HangUpClientsRequest{NodeID: c.node}
	for _, a := range entries {
		if a.addr.IsValid() {
			body.ClientAddrs = append(body.ClientAddrs, a.addr.String())
		} else {
			body.ClientIDs = append(body.ClientIDs, strconv.FormatInt(a.id, 10))
		}
	}
	text, err := json.Marshal(body)
	if err != nil {
		return nil
	}
	asked := &killRequest{entries: entries}
	url := c.url + "/v2/" + project + "/instances/" + instance + "/clients/kill"
	r, err := http.NewRequestWithContext(asked.with(ctx), http.MethodPost, url, bytes.NewReader(text))
	if err != nil {
		return nil
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("X-Project-Id", project)
	if c.credentials.Authorize(r, text, time.Now()) != nil {
		return nil
	}
	resp, err := c.http.Do(r)
	if err == nil {
		_, _ = io.Copy(io.Discard, resp.Body) // the recorder has read the body
		resp.Body.Close()
	}
	return asked.last
}

// list returns entries for the listed sessions that callers may kill. It leaves out
// addresses that are listed twice, for a session that has left and for a later one.
func (c *caller) list(ctx context.Context) []entry {
	run := c.run()
	var found []entry
	times := map[string]int{}
	for row, err := range c.api.Instance(project, instance).List(ctx, c.node, client.ListOptions{}) {
		if err != nil {
			return nil
		}
		if row.Peer == "" {
			continue
		}
		times[row.Peer]++
		if a, ok := entryOf(row, run); ok {
			found = append(found, a)
		}
	}
	return slices.DeleteFunc(found, func(a entry) bool { return times[a.addr.String()] > 1 })
}

// sample returns up to n of the entries in random order.
func (c *caller) sample(entries []entry, n int) []entry {
	c.random.Shuffle(len(entries), func(i, k int) { entries[i], entries[k] = entries[k], entries[i] })
	return entries[:min(n, len(entries))]
}

// size returns the number of entries for a request, mostly hundreds.
func (c *caller) size() int {
	sizes := []int{1, 10, 100, 100, 300, 300, 300, 1000, 1000, 10_000}
	return min(sizes[c.random.IntN(len(sizes))], c.most)
}
