package sessions

import (
	"errors"
	"net"
	"os"
	"sync"
	"time"

	"github.com/tidwall/redcon"
)

// maxIdle is how long nothing is sent at most: Redis closes connections that are
// idle for "timeout" seconds, and a broken connection has to be noticed.
const maxIdle = 400 * time.Millisecond

// A conn is one connection to a node. Requests that arrive while a pipeline is
// active are sent together in the next one.
type conn struct {
	netConn net.Conn
	reader  replyReader
	options Options

	// Set by identify, before callers use the connection.
	id        int64
	runID     string // the server's run_id, or a text unique to this connection
	listsByID bool   // the server knows CLIENT LIST ID
	plainIPv4 bool   // the server lists IPv4 addresses as 1.2.3.4, not ::ffff:1.2.3.4

	closed chan struct{} // closed when the connection has failed
	err    error         // why; valid after closed

	mu     sync.Mutex
	failed error // same as err, set earlier
	queue  []*request
	active *pipeline
	pace   pace

	noListFlags  bool      // the server does not know CLIENT LIST FLAGS
	infoAllowed  bool      // the user may run INFO
	clientCount  int       // sessions of the server when it was last counted
	listedAt     time.Time // when all sessions were last listed
	sentinelSeen time.Time // when a Sentinel's link was last listed
}

func newConn(netConn net.Conn, o Options) *conn {
	c := &conn{netConn: netConn, reader: replyReader{conn: netConn}, options: o, closed: make(chan struct{}), pace: pace{1, unmeasured}}
	go c.readLoop()
	return c
}

// send sends the next pipeline, if requests are queued. c.mu is held.
func (c *conn) send() {
	c.active = c.nextPipeline()
	if c.active == nil {
		_ = c.netConn.SetReadDeadline(time.Now().Add(maxIdle))
		return
	}
	var out []byte
	for _, cmd := range c.active.commands {
		out = appendCommand(out, cmd.args)
	}
	now := time.Now()
	c.active.start, c.active.deadline = now, now.Add(c.options.ReadTimeout)
	_ = c.netConn.SetWriteDeadline(now.Add(c.options.WriteTimeout))
	if _, err := c.netConn.Write(out); err != nil {
		// A server that closed the connection may have sent the reason: read it.
		c.active.deadline = now.Add(100 * time.Millisecond)
		c.active.writeErr = err
	}
	_ = c.netConn.SetReadDeadline(c.active.deadline)
}

// readLoop reads until the connection fails.
func (c *conn) readLoop() {
	defer close(c.closed)
	for {
		v, err := c.reader.next()
		switch {
		case err == nil:
			err = c.handleReply(v)
		case errors.Is(err, os.ErrDeadlineExceeded):
			err = c.handleTimeout()
		default:
			err = c.explainReadError(err)
		}
		if err != nil {
			c.fail(err)
			c.err = c.failed
			return
		}
	}
}

// handleReply passes a reply to the active pipeline.
func (c *conn) handleReply(v redcon.RESP) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.active == nil { // a server that is full sends an error before it closes
		if v.Type == redcon.Error {
			return explainReply(nil, replyError(v.Data))
		}
		return &nodeError{ErrRefused, notRedis, errNotRESP}
	}
	if v.Type == redcon.Error && c.active.firstError == nil {
		c.active.firstError = explainReply(c.active.commands[c.active.next].args, replyError(v.Data))
	}
	if !c.active.handle(v) {
		return nil
	}
	c.finish(c.active)
	c.send()
	return nil
}

// handleTimeout sends a keep-alive if no reply was due, and otherwise returns why
// the connection has failed.
func (c *conn) handleTimeout() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case c.active == nil:
		c.pace.decay()
		c.queue = append(c.queue, c.keepAlive())
		c.send()
		return nil
	case time.Now().Before(c.active.deadline): // the pipeline has just started
		return nil
	case c.active.writeErr != nil:
		return connLost(c.active.writeErr)
	default:
		return &nodeError{ErrUnreachable, noReply, errors.Join(errReplyTimeout, os.ErrDeadlineExceeded)}
	}
}

// explainReadError returns why nothing can be read any more.
func (c *conn) explainReadError(err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case errors.Is(err, errTLS):
		return &nodeError{ErrRefused, notRedis + ": it speaks TLS", err}
	case errors.Is(err, errNotRESP):
		return &nodeError{ErrRefused, notRedis, err}
	case c.active != nil && c.active.firstError != nil: // sent before it closed
		return c.active.firstError
	case !c.pace.measured(): // the server never replied
		return &nodeError{ErrUnreachable, closedEarly, errors.Join(errClosedEarly, connLost(err))}
	default:
		return connLost(err)
	}
}

// hasFailed reports whether the connection has failed. Its node may not know yet.
func (c *conn) hasFailed() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.failed != nil
}

// fail closes the connection, and ends all requests with err.
func (c *conn) fail(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.failed != nil {
		return
	}
	c.failed = err
	c.netConn.Close()
	requests := c.queue
	if c.active != nil {
		requests = append(requests, c.active.requests...)
	}
	c.queue, c.active = nil, nil
	for _, r := range requests {
		r.finish(err)
	}
}
