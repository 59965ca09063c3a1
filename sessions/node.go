// Package sessions manages the client sessions of one Redis or Valkey server:
// it lists them, kills those that it is told to, and protects those that must
// live.
//
//	node := sessions.New(sessions.Options{Address: "127.0.0.1:6379"})
//	defer node.Close()
//	listing, err := node.List(ctx)
//	shown := listing.Snapshot()
//	outcomes, err := node.Kill(ctx, []sessions.Target{shown.Addr(addr)})
//
// It holds one connection a node. It keeps no list of sessions between calls,
// knows nothing of clusters or Sentinel beyond not killing their links, and
// never sends a command that touches data.
package sessions

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"
)

// Options names one server and how to reach it.
type Options struct {
	Address string // host:port

	// Credentials returns the ACL user, empty for the default one, and the
	// password, empty to send none. It is asked each time a connection is made,
	// so that a rotated password needs no restart. nil: there are none.
	Credentials func(context.Context) (username, password string, err error)

	DialTimeout  time.Duration // default 3 s
	ReadTimeout  time.Duration // of the replies to one round of commands; default 6 s
	WriteTimeout time.Duration // of one round of commands; default 3 s

	Log *slog.Logger // says when the connection is lost and back; nil: nothing does
}

// A Node is one Redis or Valkey server. It is safe for concurrent use: calls
// share one connection, and what they ask at one time goes out together.
type Node struct {
	options Options
	ctx     context.Context // ends with Close
	cancel  context.CancelCauseFunc
	ended   chan struct{} // closed when nothing of the node runs

	poke chan struct{} // asks for an attempt to connect now

	mu    sync.Mutex
	state state
}

// New returns the Node of o, which connects at once, in the background, and
// stays connected: a server that is full takes no new connection.
func New(o Options) *Node {
	o.DialTimeout = cmp.Or(o.DialTimeout, 3*time.Second)
	// A server that runs a script says nothing for 5 s, and then that it is
	// busy (busy-reply-threshold).
	o.ReadTimeout = cmp.Or(o.ReadTimeout, 6*time.Second)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, 3*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	n := &Node{options: o, ended: make(chan struct{}), poke: make(chan struct{}, 1), state: newState()}
	n.ctx, n.cancel = context.WithCancelCause(context.Background())
	go n.stayConnected()
	return n
}

// Address returns host:port, as it was given.
func (n *Node) Address() string { return n.options.Address }

var errClosed = errors.New("the node was closed")

// Close ends the connection at once, also where the server hangs. A call that is
// under way fails. It returns nil.
func (n *Node) Close() error {
	n.cancel(errClosed)
	<-n.ended
	return nil
}

// callTime is how long a call may take, its wait for a connection included. Only
// KillAll may take longer.
const callTime = 9 * time.Second

var errSlow = errors.New("it took too long")

// use calls f with the connection. Where that was lost, and f says that it may
// be called again, it waits for the next one and calls f once more.
func (n *Node) use(ctx context.Context, f func(*link) (again bool, err error)) error {
	for last := false; ; last = true {
		l, err := n.connected(ctx)
		if err != nil {
			return err
		}
		again, err := f(l)
		if last || !again || !errors.Is(err, errLost) || ctx.Err() != nil || n.ctx.Err() != nil {
			return err
		}
	}
}
