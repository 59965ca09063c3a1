package sessions

import (
	"context"
	"errors"
	"net"
	"time"
)

const (
	shortestPause = 20 * time.Millisecond // between two attempts to connect
	longestPause  = time.Second
	pauseWhenFull = 100 * time.Millisecond // a slot that is free is soon another's
	attemptTime   = 3500 * time.Millisecond
	quick         = 100 * time.Millisecond // that a caller waits for a fresh attempt
)

// A state is whether the node is connected.
type state struct {
	link    *link         // nil while there is no connection
	down    error         // why the last attempt failed; nil while nothing is known
	took    time.Duration // that the last attempt took
	changed chan struct{} // closed when an attempt has ended
}

func newState() state { return state{changed: make(chan struct{})} }

// set notes how an attempt ended, or that the connection was lost.
func (n *Node) set(l *link, down error, took time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.state.changed)
	n.state = state{l, down, took, make(chan struct{})}
}

func (n *Node) current() state {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.state
}

// connected returns the connection. Without one it waits for the attempt that is
// under way. While attempts fail it returns the last one's error at once, after
// a short wait for a fresh one where that can be told quickly.
func (n *Node) connected(ctx context.Context) (*link, error) {
	var fresh <-chan time.Time
	for {
		s := n.current()
		switch {
		case ctx.Err() != nil:
			return nil, ended(ctx)
		case s.link != nil && !s.link.isOver():
			return s.link, nil
		case s.down != nil:
			if fresh != nil || s.took > quick {
				return nil, s.down
			}
			fresh = time.After(quick)
			select {
			case n.poke <- struct{}{}:
			default:
			}
		}
		select {
		case <-s.changed:
		case <-fresh:
			if s.down != nil {
				return nil, s.down
			}
			fresh = nil // the attempt that is under way is waited for
		case <-ctx.Done():
			return nil, ended(ctx)
		case <-n.ctx.Done():
			return nil, lost(errClosed)
		}
	}
}

// stayConnected connects, and again when the connection is lost, until Close.
func (n *Node) stayConnected() {
	defer close(n.ended)
	pause := shortestPause
	var told string // what the log has been told last
	for n.ctx.Err() == nil {
		start := time.Now()
		l, err := n.connect()
		if err == nil {
			if told != "" {
				n.options.Log.Info("the node is connected again", "address", n.options.Address)
				told = ""
			}
			n.set(l, nil, 0)
			start = time.Now()
			if err = n.watch(l); n.ctx.Err() != nil {
				return
			}
			hangs := err
			if !errors.Is(err, errHung) {
				hangs = nil // the next attempt will tell
			}
			n.set(nil, hangs, time.Hour)
			if time.Since(start) > longestPause {
				pause = shortestPause
			}
		} else {
			n.set(nil, err, time.Since(start))
		}
		if text := Reason(err); text != told && n.ctx.Err() == nil {
			n.options.Log.Warn("the node is not connected", "address", n.options.Address, "reason", text, "error", err)
			told = text
		}
		if pause = n.wait(pause, err); errors.Is(err, errFull) {
			pause = min(pause, pauseWhenFull)
		}
	}
}

// watch waits until l is lost or the node is closed.
func (n *Node) watch(l *link) error {
	select {
	case <-l.closed:
	case <-n.ctx.Done():
		l.fail(lost(errClosed))
		<-l.closed
	}
	return l.err
}

// wait waits before the next attempt, and returns the next pause. A call may cut
// it short, but a password is not tried more often for that.
func (n *Node) wait(pause time.Duration, err error) time.Duration {
	shortest := shortestPause
	if errors.Is(err, errPassword) {
		shortest = 250 * time.Millisecond
	}
	select {
	case <-n.poke: // of a call that was answered long ago
	default:
	}
	least, most := time.After(min(shortest, pause)), time.After(pause)
	select {
	case <-least:
	case <-n.ctx.Done():
	}
	select {
	case <-most:
	case <-n.poke:
	case <-n.ctx.Done():
	}
	return min(2*pause, longestPause)
}

// connect makes one connection and finds out what its server is.
func (n *Node) connect() (_ *link, err error) {
	ctx, cancel := context.WithTimeoutCause(n.ctx, attemptTime, errHung)
	defer cancel()
	var username, password string
	if n.options.Credentials != nil {
		if username, password, err = n.options.Credentials(ctx); err != nil {
			return nil, &nodeError{ErrRefused, "the node's password cannot be read", err}
		}
	}
	l, err := n.dial(ctx, username, password, 0)
	if errors.Is(err, errUnanswered) {
		// A server that is full says so before it closes, and a reset by what was
		// sent meanwhile may have taken that away.
		return n.dial(ctx, username, password, 200*time.Millisecond)
	}
	return l, err
}

// dial makes a connection, which for so long only listens.
func (n *Node) dial(ctx context.Context, username, password string, listens time.Duration) (_ *link, err error) {
	dialer := net.Dialer{Timeout: n.options.DialTimeout}
	conn, err := dialer.DialContext(ctx, "tcp", n.options.Address)
	if err != nil {
		return nil, explainNetwork(err)
	}
	l := newLink(conn, n.options)
	defer func() {
		if err != nil {
			l.fail(err)
		}
	}()
	if listens > 0 {
		select {
		case <-l.closed:
			return nil, l.err
		case <-time.After(listens):
		}
	}
	if err := l.authenticate(ctx, username, password); err != nil {
		return nil, err
	}
	if err := l.identify(ctx); err != nil {
		return nil, err
	}
	return l, nil
}
