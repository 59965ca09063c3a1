package sessions

import "time"

const (
	// beat is how long the kills of one chunk may hold the node. CLIENT KILL
	// looks through all sessions, 0.13 ms of 10,000, and the server runs what it
	// has read of one client before it turns to the next: a thousand at one go
	// make others wait for a fifth of a second.
	beat = 400 * time.Microsecond
	// largest is the largest chunk, however fast it seems.
	largest = 64
)

// A pace sizes the chunks of kills. It begins with one, and looks at how long
// the answers take beyond the shortest round trip, which is the network's part.
type pace struct {
	size int
	trip time.Duration // never: nothing was measured yet
}

const never = time.Hour

func (p *pace) measured() bool { return p.trip < never }

// note sizes the next chunk by what one of n kills took: at most twice as large
// and at least half as large, for the time may be another's.
func (p *pace) note(n int, took time.Duration) {
	p.trip = min(p.trip, took)
	fits := 2 * p.size
	if work := took - p.trip; work > 0 {
		fits = min(fits, int(beat*time.Duration(n)/work))
	}
	p.size = min(max(fits, p.size/2, 1), largest)
}

// rest is of a while without kills, in which the node's sessions may become many.
func (p *pace) rest() { p.size = max(1, p.size/2) }
