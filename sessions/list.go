package sessions

import (
	"context"
	"slices"
	"time"
)

// A Listing holds the sessions that a node had at one moment.
type Listing struct {
	At       time.Time
	Sessions []Session // by ascending id

	runID string // of the server
}

// List reads all sessions of the node with one CLIENT LIST, which blocks a node
// of 10,000 sessions for 10 to 14 ms. Its errors are [ErrUnreachable] (also when
// ctx ends, or after 10 s), [ErrBusy] and [ErrRefused].
func (n *Node) List(ctx context.Context) (listing *Listing, err error) {
	ctx, cancel := context.WithTimeoutCause(ctx, callTimeout, errCallTimeout)
	defer cancel()
	err = n.withConn(ctx, func(c *conn) (bool, error) {
		list, err := c.list(ctx, listQuery{all: true})
		if err != nil {
			return true, err
		}
		// Clone, because other callers may share the list.
		listing = &Listing{At: time.Now(), Sessions: slices.Clone(list.sessions), runID: list.runID}
		return false, nil
	})
	return listing, err
}
