package sessions

import (
	"testing"
	"time"

	"github.com/stretchr/testify/assert"
)

// chunks returns the sizes of n chunks, for a node with this round trip and time per
// kill.
func chunks(rtt, kill time.Duration, n int) (sizes []int) {
	p := &pace{1, rtt}
	for range n {
		sizes = append(sizes, p.size)
		p.update(p.size, rtt+kill*time.Duration(p.size))
	}
	return sizes
}

func TestChunksGrowUntilTheyTakeMaxStall(t *testing.T) {
	const µs = time.Microsecond
	for name, c := range map[string]struct {
		rtt, kill time.Duration
		want      []int
	}{
		"a node of 10,000":          {60 * µs, 130 * µs, []int{1, 2, 3, 3, 3}},
		"the same, far away":        {2000 * µs, 130 * µs, []int{1, 2, 3, 3, 3}},
		"a node that takes long":    {60 * µs, 900 * µs, []int{1, 1, 1}},
		"a small node":              {60 * µs, 20 * µs, []int{1, 2, 4, 8, 16, 20, 20}},
		"a node that takes no time": {60 * µs, 0, []int{1, 2, 4, 8, 16, 32, 64, 64}},
	} {
		t.Run(name, func(t *testing.T) {
			assert.Equal(t, c.want, chunks(c.rtt, c.kill, len(c.want)))
		})
	}
}

func TestOneSlowReplyHalvesTheChunk(t *testing.T) {
	p := &pace{20, 60 * time.Microsecond}
	p.update(20, 50*time.Millisecond)
	assert.Equal(t, 10, p.size)
	p.update(10, 260*time.Microsecond)
	assert.Equal(t, 20, p.size)
}

func TestASlowFirstRoundTripIsForgotten(t *testing.T) {
	p := &pace{1, 5 * time.Millisecond} // the handshake
	for range 10 {
		p.update(p.size, time.Duration(60+130*p.size)*time.Microsecond)
	}
	assert.LessOrEqual(t, p.size, 4)
}
