package sessions

import "time"

const (
	// maxStall is how long the kills of one chunk may block the node. CLIENT KILL
	// scans all sessions, which takes 0.13 ms for 10,000, and the server runs
	// everything that it has read from one client before it turns to the next: a
	// chunk of a thousand would make other clients wait for a fifth of a second.
	maxStall = 400 * time.Microsecond
	// maxChunk limits a chunk, however fast the node seems.
	maxChunk = 64
)

// A pace sizes the chunks of kills. It starts with one kill, and measures how
// much longer the replies take than the shortest round trip, which is the
// network's share.
type pace struct {
	size int
	rtt  time.Duration // unmeasured before the first reply
}

const unmeasured = time.Hour

func (p *pace) measured() bool { return p.rtt < unmeasured }

// update sizes the next chunk by how long a chunk of n kills took. The size
// changes by at most a factor of two, because other clients may cause a delay.
func (p *pace) update(n int, took time.Duration) {
	p.rtt = min(p.rtt, took)
	fits := 2 * p.size
	if work := took - p.rtt; work > 0 {
		fits = min(fits, int(maxStall*time.Duration(n)/work))
	}
	p.size = min(max(fits, p.size/2, 1), maxChunk)
}

// decay halves the size while no kills are sent, because meanwhile the node may
// get many more sessions.
func (p *pace) decay() { p.size = max(1, p.size/2) }
