package sessions

import (
	"context"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/tidwall/redcon"
)

func newQuery(q listQuery) *request {
	return &request{ctx: context.Background(), done: make(chan struct{}), query: &q}
}

func argsOf(p *pipeline) (all []string) {
	for _, c := range p.commands {
		all = append(all, strings.Join(c.args, " "))
	}
	return all
}

// A kill of an address that was not listed needs these lists before it: together
// they take one round trip.
func TestAllLinksAreListedInOnePipeline(t *testing.T) {
	c := &conn{id: 7, listsByID: true, pace: pace{1, unmeasured}}
	links := newQuery(listQuery{links: true})
	c.queue = []*request{links}
	p := c.nextPipeline()
	assert.Equal(t, []string{
		"CLIENT LIST TYPE master", "CLIENT LIST TYPE replica", "CLIENT LIST TYPE pubsub",
		"CLIENT LIST FLAGS i", "CLIENT LIST FLAGS E", "CLIENT LIST FLAGS o", "CLIENT LIST FLAGS g",
		"CLIENT LIST ID 7",
	}, argsOf(p))

	for _, command := range argsOf(p) {
		switch {
		case strings.Contains(command, "FLAGS"):
			p.handle(redcon.RESP{Type: redcon.Error, Data: []byte("ERR syntax error")})
		case strings.HasSuffix(command, "replica"):
			p.handle(redcon.RESP{Type: redcon.Bulk, Data: []byte("id=5 addr=10.0.0.1:1 flags=S\n")})
		default:
			p.handle(redcon.RESP{Type: redcon.Bulk, Data: []byte("id=7 addr=10.0.0.2:1 flags=N\n")})
		}
	}
	c.finish(p)
	assert.NoError(t, links.err, "a server without CLIENT LIST FLAGS")
	assert.False(t, links.list.complete)
	assert.Equal(t, Replication, links.list.withID(5).Protection())
	assert.Equal(t, Self, links.list.withID(7).Protection())

	c.queue = []*request{newQuery(listQuery{links: true})}
	assert.Len(t, c.nextPipeline().commands, 4, "CLIENT LIST FLAGS is not tried again")
}

func TestAQueryHasAtMost64IDsPerCommand(t *testing.T) {
	c := &conn{listsByID: true, pace: pace{1, unmeasured}}
	c.queue = []*request{newQuery(listQuery{ids: make([]int64, listBatch)}), newQuery(listQuery{ids: make([]int64, listBatch)}), newQuery(listQuery{ids: []int64{1}})}
	p := c.nextPipeline()
	assert.Len(t, p.commands, 2)
	for _, cmd := range p.commands {
		assert.Len(t, cmd.args, 3+listBatch)
	}
	assert.Len(t, c.queue, 1, "the third query waits for the next pipeline")
}

func TestAServerWithoutListByIDListsAllSessions(t *testing.T) {
	c := &conn{pace: pace{1, unmeasured}}
	c.queue = []*request{newQuery(listQuery{ids: []int64{1}})}
	assert.Equal(t, []string{"CLIENT LIST"}, argsOf(c.nextPipeline()))
}

func TestOfAMergedListEachSessionIsFoundOnce(t *testing.T) {
	a, b := &clientList{sessions: parseList("id=5 addr=10.0.0.1:1\n")}, &clientList{sessions: parseList("id=5 addr=10.0.0.1:1\nid=6 addr=10.0.0.1:1\n"), sentinel: true}
	merged := mergeLists([]*clientList{a, b})
	assert.True(t, merged.sentinel)
	at := merged.at(merged.sessions[0].Peer)
	assert.Len(t, at, 2)
	assert.Same(t, merged.withID(5), at[0])
	assert.Same(t, merged.withID(6), at[1])
}
