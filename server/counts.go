package server

import (
	"math"

	"github.com/dcs-sessions/dcs-sessions/gen"
	"github.com/dcs-sessions/dcs-sessions/sessions"
)

// counts is how many sessions of a kill-all had which result.
type counts struct{ total, killed, gone, protected, failed, skipped int }

func (c counts) with(outcomes []sessions.Outcome) counts {
	c.total += len(outcomes)
	for _, o := range outcomes {
		switch o.Result {
		case sessions.Killed:
			c.killed++
		case sessions.Gone, sessions.Replaced: // the session that was listed is gone
			c.gone++
		case sessions.Protected:
			c.protected++
		case sessions.Failed:
			c.failed++
		case sessions.Skipped:
			c.skipped++
		}
	}
	return c
}

// over counts what was not tried as failed, for it will not be any more.
func (c counts) over() counts {
	c.failed, c.skipped = c.failed+c.skipped, 0
	return c
}

func (c *counts) info() *gen.JobCounts {
	if c == nil {
		return nil
	}
	fit := func(n int) int32 { return int32(min(n, math.MaxInt32)) }
	return &gen.JobCounts{Total: fit(c.total), Killed: fit(c.killed), Gone: fit(c.gone), Protected: fit(c.protected), Failed: fit(c.failed)}
}
