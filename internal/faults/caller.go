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

// callTime is how long a caller waits for an answer: well over what one may
// take, so that a late one is seen.
const callTime = 40 * time.Second

// A caller calls the API with credentials of its own.
type caller struct {
	url         string
	node        string
	credentials client.Credentials
	http        *http.Client   // of the recorder
	api         *client.Client // over the same
	crowd       *crowd
	run         func() int64 // of the server
	random      *rand.Rand
	most        int // addresses in one request
	way         func(*caller, context.Context) *exchange
}

// loop kills until ctx ends; what it has begun it finishes. After a failure it
// waits a little, as an operator's program does.
func (c *caller) loop(ctx context.Context) {
	for ctx.Err() == nil {
		call, cancel := context.WithTimeout(context.WithoutCancel(ctx), callTime)
		e := c.way(c, call)
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

// kill posts one kill, by hand.
func (c *caller) kill(ctx context.Context, asks []ask) *exchange {
	if len(asks) == 0 {
		return nil
	}
	body := gen.HangUpClientsRequest{NodeID: c.node}
	for _, a := range asks {
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
	asked := &asking{asks: asks}
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
		_, _ = io.Copy(io.Discard, resp.Body) // the recorder has read it
		resp.Body.Close()
	}
	return asked.last
}

// list returns the sessions of the crowd that the caller is shown, but for
// addresses that are there twice: of one that has left and of the newcomer.
func (c *caller) list(ctx context.Context) []ask {
	run := c.run()
	var found []ask
	times := map[string]int{}
	for row, err := range c.api.Instance(project, instance).List(ctx, c.node, client.ListOptions{}) {
		if err != nil {
			return nil
		}
		if row.Peer == "" {
			continue
		}
		times[row.Peer]++
		if a, ok := askOf(row, run); ok {
			found = append(found, a)
		}
	}
	return slices.DeleteFunc(found, func(a ask) bool { return times[a.addr.String()] > 1 })
}

// some returns up to n of the asks, in any order.
func (c *caller) some(asks []ask, n int) []ask {
	c.random.Shuffle(len(asks), func(i, k int) { asks[i], asks[k] = asks[k], asks[i] })
	return asks[:min(n, len(asks))]
}

// size is how many addresses a request has: mostly hundreds.
func (c *caller) size() int {
	sizes := []int{1, 10, 100, 100, 300, 300, 300, 1000, 1000, 10_000}
	return min(sizes[c.random.IntN(len(sizes))], c.most)
}
