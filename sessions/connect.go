package sessions

import (
	"context"
	"errors"
	"net"
	"time"
)

const (
	minBackoff         = 20 * time.Millisecond // between two attempts to connect
	maxBackoff         = time.Second
	maxBackoffWhenFull = 100 * time.Millisecond // another client soon takes a free slot
	minPasswordBackoff = 250 * time.Millisecond // many wrong passwords may lock the user
	attemptTimeout     = 3500 * time.Millisecond
	freshAttemptWait   = 100 * time.Millisecond // how long a caller waits for a new attempt
)

// A connState reports whether the node is connected.
type connState struct {
	conn    *conn         // nil while there is no connection
	err     error         // why the last attempt failed; nil before the first has ended
	took    time.Duration // duration of the last attempt
	changed chan struct{} // closed when an attempt has ended
}

func newConnState() connState { return connState{changed: make(chan struct{})} }

// setState records the end of an attempt, or the loss of the connection.
func (n *Node) setState(c *conn, err error, took time.Duration) {
	n.mu.Lock()
	defer n.mu.Unlock()
	close(n.state.changed)
	n.state = connState{c, err, took, make(chan struct{})}
}

func (n *Node) currentState() connState {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.state
}

// awaitConn returns the connection. During the first attempt it waits for its end.
// While attempts fail it returns the last error. If the last attempt failed quickly,
// it first asks for a new attempt and waits up to freshAttemptWait for it.
func (n *Node) awaitConn(ctx context.Context) (*conn, error) {
	var fresh <-chan time.Time
	for {
		s := n.currentState()
		switch {
		case ctx.Err() != nil:
			return nil, callEnded(ctx)
		case s.conn != nil && !s.conn.hasFailed():
			return s.conn, nil
		case s.err != nil:
			if fresh != nil || s.took > freshAttemptWait {
				return nil, s.err
			}
			fresh = time.After(freshAttemptWait)
			select {
			case n.reconnect <- struct{}{}:
			default:
			}
		}
		select {
		case <-s.changed:
		case <-fresh:
			if s.err != nil {
				return nil, s.err
			}
			fresh = nil // wait for the attempt in progress
		case <-ctx.Done():
			return nil, callEnded(ctx)
		case <-n.ctx.Done():
			return nil, connLost(errClosed)
		}
	}
}

// stayConnected connects, and connects again whenever the connection is lost,
// until Close.
func (n *Node) stayConnected() {
	defer close(n.stopped)
	backoff := minBackoff
	var logged string // the reason that was logged last
	for n.ctx.Err() == nil {
		start := time.Now()
		c, err := n.connect()
		if err == nil {
			if logged != "" {
				n.options.Log.Info("the node is connected again", "address", n.options.Address)
				logged = ""
			}
			n.setState(c, nil, 0)
			start = time.Now()
			if err = n.watch(c); n.ctx.Err() != nil {
				return
			}
			known := err
			if !errors.Is(err, errReplyTimeout) {
				known = nil // the next attempt shows whether the server is down
			}
			n.setState(nil, known, time.Hour)
			if time.Since(start) > maxBackoff {
				backoff = minBackoff
			}
		} else {
			n.setState(nil, err, time.Since(start))
		}
		if reason := Reason(err); reason != logged && n.ctx.Err() == nil {
			n.options.Log.Warn("the node is not connected", "address", n.options.Address, "reason", reason, "error", err)
			logged = reason
		}
		if backoff = n.backOff(backoff, err); errors.Is(err, errMaxClients) {
			backoff = min(backoff, maxBackoffWhenFull)
		}
	}
}

// watch returns why c was lost. If the node is closed first, watch closes c.
func (n *Node) watch(c *conn) error {
	select {
	case <-c.closed:
	case <-n.ctx.Done():
		c.fail(connLost(errClosed))
		<-c.closed
	}
	return c.err
}

// backOff waits before the next attempt, and returns the next backoff. A caller
// may shorten the wait, but not below minPasswordBackoff after a wrong password.
func (n *Node) backOff(backoff time.Duration, err error) time.Duration {
	shortest := minBackoff
	if errors.Is(err, errWrongPassword) {
		shortest = minPasswordBackoff
	}
	select {
	case <-n.reconnect: // its caller was served by an earlier attempt
	default:
	}
	least, most := time.After(min(shortest, backoff)), time.After(backoff)
	select {
	case <-least:
	case <-n.ctx.Done():
	}
	select {
	case <-most:
	case <-n.reconnect:
	case <-n.ctx.Done():
	}
	return min(2*backoff, maxBackoff)
}

// connect makes one connection and identifies its server.
func (n *Node) connect() (_ *conn, err error) {
	ctx, cancel := context.WithTimeoutCause(n.ctx, attemptTimeout, errReplyTimeout)
	defer cancel()
	var username, password string
	if n.options.Credentials != nil {
		if username, password, err = n.options.Credentials(ctx); err != nil {
			return nil, &nodeError{ErrRefused, "the node's password cannot be read", err}
		}
	}
	c, err := n.dial(ctx, username, password, 0)
	if errors.Is(err, errClosedEarly) {
		// A server that is full says so before it closes the connection. A reset
		// caused by our own bytes may have discarded its message, so listen first.
		return n.dial(ctx, username, password, 200*time.Millisecond)
	}
	return c, err
}

// dial makes a connection. It sends nothing before the duration of listen is
// over.
func (n *Node) dial(ctx context.Context, username, password string, listen time.Duration) (_ *conn, err error) {
	dialer := net.Dialer{Timeout: n.options.DialTimeout}
	netConn, err := dialer.DialContext(ctx, "tcp", n.options.Address)
	if err != nil {
		return nil, explainNetwork(err)
	}
	c := newConn(netConn, n.options)
	defer func() {
		if err != nil {
			c.fail(err)
		}
	}()
	if listen > 0 {
		select {
		case <-c.closed:
			return nil, c.err
		case <-time.After(listen):
		}
	}
	if err := c.authenticate(ctx, username, password); err != nil {
		return nil, err
	}
	if err := c.identify(ctx); err != nil {
		return nil, err
	}
	return c, nil
}
