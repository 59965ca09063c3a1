package client

import (
	"context"
	"time"
)

// SetTime replaces the clock, the waits between attempts and their jitter.
func (c *Client) SetTime(now func() time.Time, sleep func(context.Context, time.Duration) error, random func(time.Duration) time.Duration) {
	c.now, c.sleep, c.random = now, sleep, random
}

// Sleep is the wait that SetTime replaces.
var Sleep = sleep
