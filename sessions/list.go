package sessions

import (
	"context"
	"slices"
	"time"
)

// A Listing is what a node's sessions were at one time.
type Listing struct {
	At       time.Time
	Sessions []Session // by ascending id

	run string // of the server
}

// List reads all sessions of the node, with one CLIENT LIST: of 10,000 sessions
// that holds the node for 10 to 14 ms. Its errors are ErrUnreachable, also when
// ctx ends or 10 s have passed, ErrBusy and ErrRefused.
func (n *Node) List(ctx context.Context) (listing *Listing, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, callTime, errSlow)
	defer cancel()
	err = n.use(ctx, func(l *link) (bool, error) {
		seen, err := l.look(ctx, question{all: true})
		if err != nil {
			return true, err
		}
		// Others may have the same look.
		listing = &Listing{At: time.Now(), Sessions: slices.Clone(seen.sessions), run: seen.run}
		return false, nil
	})
	return listing, err
}
