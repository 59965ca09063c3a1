package sessions

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/redcon"
)

func killsOf(n int) *request {
	c := &request{ctx: context.Background(), done: make(chan struct{})}
	for range n {
		c.kills = append(c.kills, &killCmd{filters: [][]string{{"ID", "1"}}})
	}
	c.unsent = c.kills
	return c
}

// Each pipeline has room for two kills, and there are always more requests.
func TestNoRequestStarvesAmongManyKills(t *testing.T) {
	l := &conn{pace: pace{2, unmeasured}}
	large := killsOf(10)
	all := []*request{large, killsOf(1), killsOf(1), killsOf(1)}
	l.queue = append(l.queue, all...)
	for range 100 {
		r := l.nextPipeline()
		assert.Len(t, r.commands, 2)
		for len(l.queue)+len(r.requests) < 8 { // finished requests are replaced by new ones
			l.queue = append(l.queue, killsOf(1))
		}
		for range r.commands {
			r.handle(redcon.RESP{Type: redcon.Integer, Data: []byte("1")})
		}
		l.pace.size = 2
		l.finish(r)
		l.pace.size = 2
	}
	for i, c := range all {
		assert.True(t, c.finished, "request %d", i)
		assert.NoError(t, c.err)
	}
	for _, o := range large.kills {
		assert.True(t, o.replied)
	}
}

func TestQueriesInOnePipelineShareOneList(t *testing.T) {
	l := &conn{pace: pace{1, unmeasured}, listsByID: true}
	a := &request{ctx: context.Background(), done: make(chan struct{}), query: &listQuery{all: true}}
	b := &request{ctx: context.Background(), done: make(chan struct{}), query: &listQuery{ids: []int64{5}}}
	l.queue = []*request{a, b}
	r := l.nextPipeline()
	assert.Len(t, r.commands, 1, "one list serves both")
	r.handle(redcon.RESP{Type: redcon.Bulk, Data: []byte("id=5 addr=10.0.0.1:1 flags=N\n")})
	l.finish(r)
	assert.Same(t, a.list, b.list)
	assert.NotNil(t, b.list.withID(5))
}
