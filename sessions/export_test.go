package sessions

import "time"

// Earlier is t as if it had been listed so much before.
func (t Target) Earlier(d time.Duration) Target {
	t.at = t.at.Add(-d)
	return t
}
