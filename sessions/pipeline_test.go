package sessions

import (
	"context"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/redcon"
)

func killsOf(n int) *call {
	c := &call{ctx: context.Background(), done: make(chan struct{})}
	for range n {
		c.orders = append(c.orders, &order{filters: [][]string{{"ID", "1"}}})
	}
	c.todo = c.orders
	return c
}

// Each round has room for two kills, and there are always more callers.
func TestNobodyStarvesWhereKillsAreMany(t *testing.T) {
	l := &link{pace: pace{2, never}}
	large := killsOf(10)
	all := []*call{large, killsOf(1), killsOf(1), killsOf(1)}
	l.waiting = append(l.waiting, all...)
	for range 100 {
		r := l.nextRound()
		assert.Len(t, r.steps, 2)
		for len(l.waiting)+len(r.calls) < 8 { // who was answered in the round before comes again
			l.waiting = append(l.waiting, killsOf(1))
		}
		for range r.steps {
			r.take(redcon.RESP{Type: redcon.Integer, Data: []byte("1")})
		}
		l.pace.size = 2
		l.finish(r)
		l.pace.size = 2
	}
	for i, c := range all {
		assert.True(t, c.over, "call %d", i)
		assert.NoError(t, c.err)
	}
	for _, o := range large.orders {
		assert.True(t, o.answered)
	}
}

func TestCallsThatAskTheSameShareTheAnswer(t *testing.T) {
	l := &link{pace: pace{1, never}, listsIDs: true}
	a := &call{ctx: context.Background(), done: make(chan struct{}), question: &question{all: true}}
	b := &call{ctx: context.Background(), done: make(chan struct{}), question: &question{ids: []int64{5}}}
	l.waiting = []*call{a, b}
	r := l.nextRound()
	assert.Len(t, r.steps, 1, "one list has what both ask for")
	r.take(redcon.RESP{Type: redcon.Bulk, Data: []byte("id=5 addr=10.0.0.1:1 flags=N\n")})
	l.finish(r)
	assert.Same(t, a.seen, b.seen)
	assert.NotNil(t, b.seen.withID(5))
}
