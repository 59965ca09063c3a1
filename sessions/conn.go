package sessions

import (
	"context"
	"errors"
	"net"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/tidwall/redcon"
)

// idle is how long nothing is sent at most: Redis closes connections that are
// idle for "timeout" seconds, and a connection that is cut has to be noticed.
const idle = 400 * time.Millisecond

// A link is one connection to a node. What is asked of it while a round of
// commands is under way goes out together in the next round.
type link struct {
	conn    net.Conn
	in      reader
	options Options

	// Known before the link is used by calls.
	self int64  // the connection's id
	run  string // the server's run_id, or one of the connection's own

	closed chan struct{} // closed when the link has failed
	err    error         // why; to be read after that

	mu      sync.Mutex
	failed  error // the same, once known
	waiting []*call
	round   *round // under way
	pace    pace

	listsIDs  bool // the server knows CLIENT LIST ID
	dotted    bool // the server shows IPv4 addresses with dots
	noFlags   bool // the server does not know CLIENT LIST FLAGS
	clients   int  // sessions at the last list of all
	counted   time.Time
	listed    time.Time // when all sessions were last listed
	watchedAt time.Time // when a Sentinel's link was last seen
	informs   bool      // INFO may be asked
}

func newLink(conn net.Conn, o Options) *link {
	l := &link{conn: conn, in: reader{conn: conn}, options: o, closed: make(chan struct{}), pace: pace{1, never}}
	go l.read()
	return l
}

// do waits until c is answered. Where ctx ends before, nothing more is sent for
// c, and what comes for it later is dropped.
func (l *link) do(ctx context.Context, c *call) error {
	c.ctx, c.done = ctx, make(chan struct{})
	l.mu.Lock()
	if l.failed != nil {
		l.mu.Unlock()
		return l.failed
	}
	l.waiting = append(l.waiting, c)
	if l.round == nil {
		l.send()
	}
	l.mu.Unlock()
	select {
	case <-c.done:
		return c.err
	case <-ctx.Done():
		return l.leave(ctx, c)
	}
}

// grace is how long a caller whose time is over waits for the kills that are
// under way, to know what became of them.
const grace = 200 * time.Millisecond

// leave ends a call whose caller's time is over.
func (l *link) leave(ctx context.Context, c *call) error {
	l.mu.Lock()
	c.stopped, c.todo = true, nil
	l.waiting = slices.DeleteFunc(l.waiting, func(w *call) bool { return w == c })
	under := l.round != nil && c.orders != nil && slices.Contains(l.round.calls, c)
	l.mu.Unlock()
	if under {
		select {
		case <-c.done:
		case <-time.After(grace):
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.over && c.err != nil {
		return c.err
	}
	c.over = true
	return ended(ctx)
}

// ask sends one command.
func (l *link) ask(ctx context.Context, command []string) reply {
	c := &call{commands: [][]string{command}, replies: make([]reply, 1)}
	if err := l.do(ctx, c); err != nil {
		return reply{err: err}
	}
	return c.replies[0]
}

// ask2 sends two commands at one go.
func (l *link) ask2(ctx context.Context, a, b []string) (reply, reply) {
	c := &call{commands: [][]string{a, b}, replies: make([]reply, 2)}
	if err := l.do(ctx, c); err != nil {
		return reply{err: err}, reply{err: err}
	}
	return c.replies[0], c.replies[1]
}

// send sends the next round, if anything waits. l.mu is held.
func (l *link) send() {
	l.round = l.nextRound()
	if l.round == nil {
		_ = l.conn.SetReadDeadline(time.Now().Add(idle))
		return
	}
	var out []byte
	for _, s := range l.round.steps {
		out = appendCommand(out, s.command)
	}
	now := time.Now()
	l.round.start, l.round.end = now, now.Add(l.options.ReadTimeout)
	_ = l.conn.SetWriteDeadline(now.Add(l.options.WriteTimeout))
	if _, err := l.conn.Write(out); err != nil {
		// A server that closed the connection may have said why: it is read.
		l.round.end = now.Add(100 * time.Millisecond)
		l.round.unsent = err
	}
	_ = l.conn.SetReadDeadline(l.round.end)
}

// read reads until the link fails.
func (l *link) read() {
	defer close(l.closed)
	for {
		r, err := l.in.next()
		switch {
		case err == nil:
			err = l.take(r)
		case errors.Is(err, os.ErrDeadlineExceeded):
			err = l.overdue()
		default:
			err = l.broken(err)
		}
		if err != nil {
			l.fail(err)
			l.err = l.failed
			return
		}
	}
}

// take gives a reply to who waits for it.
func (l *link) take(r redcon.RESP) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.round == nil { // as a server that is full says before it closes
		if r.Type == redcon.Error {
			return explainReply(nil, replyError(r.Data))
		}
		return &nodeError{ErrRefused, notRedis, errNotRESP}
	}
	if r.Type == redcon.Error && l.round.said == nil {
		l.round.said = explainReply(l.round.steps[l.round.at].command, replyError(r.Data))
	}
	if !l.round.take(r) {
		return nil
	}
	l.finish(l.round)
	l.send()
	return nil
}

// overdue is what follows from no reply in time: where none was to come, the
// server is asked for one.
func (l *link) overdue() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case l.round == nil:
		l.pace.rest()
		l.waiting = append(l.waiting, l.keepAlive())
		l.send()
		return nil
	case time.Now().Before(l.round.end): // the round has just begun
		return nil
	case l.round.unsent != nil:
		return lost(l.round.unsent)
	default:
		return &nodeError{ErrUnreachable, "the node gives no answer", errors.Join(errHung, os.ErrDeadlineExceeded)}
	}
}

// keepAlive is what is asked where nothing else is: what every user of a link may
// ask and, where INFO may be asked, how many sessions there are.
func (l *link) keepAlive() *call {
	commands := [][]string{{"CLIENT", "ID"}}
	if l.informs {
		commands = append(commands, []string{"INFO", "clients"})
	}
	return &call{
		ctx: context.Background(), done: make(chan struct{}),
		commands: commands, replies: make([]reply, len(commands)), keepAlive: true,
	}
}

// broken explains why nothing can be read any more.
func (l *link) broken(err error) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	switch {
	case errors.Is(err, errTLS):
		return &nodeError{ErrRefused, notRedis + ": it speaks TLS", err}
	case errors.Is(err, errNotRESP):
		return &nodeError{ErrRefused, notRedis, err}
	case l.round != nil && l.round.said != nil: // and closed
		return l.round.said
	case !l.pace.measured(): // nothing was ever answered
		return &nodeError{ErrUnreachable, unanswered, errors.Join(errUnanswered, lost(err))}
	default:
		return lost(err)
	}
}

// isOver reports whether the link has failed, which its node may not know yet.
func (l *link) isOver() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.failed != nil
}

// fail ends the link, and all calls that wait.
func (l *link) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.failed != nil {
		return
	}
	l.failed = err
	l.conn.Close()
	calls := l.waiting
	if l.round != nil {
		calls = append(calls, l.round.calls...)
	}
	l.waiting, l.round = nil, nil
	for _, c := range calls {
		c.end(err)
	}
}
