// Package sessions manages the client sessions of one Redis or Valkey server:
// it lists and kills them, and protects the links that must live.
//
//	node := sessions.New(sessions.Options{Address: "127.0.0.1:6379"})
//	defer node.Close()
//	listing, err := node.List(ctx)
//	snapshot := listing.Snapshot()
//	outcomes, err := node.Kill(ctx, []sessions.Target{snapshot.Addr(addr)})
//
// A [Node] holds one connection. The package keeps no list of sessions between
// calls. It knows nothing of clusters and Sentinels, except that it never kills
// their links, and it never sends a command that touches data.
//
// The exported API is stable: CHANGELOG.md names every incompatible change. Error
// texts may change; match errors with [errors.Is].
package sessions

import (
	"cmp"
	"context"
	"errors"
	"io"
	"log/slog"
	"sync"
	"time"
)

// Options names one server and how to reach it.
type Options struct {
	Address string // host:port

	// Credentials returns the ACL user (empty for the default one) and the
	// password (empty to send none). It is called for each connection, so that a
	// rotated password needs no restart. nil means no credentials.
	Credentials func(context.Context) (username, password string, err error)

	DialTimeout  time.Duration // default 3 s
	ReadTimeout  time.Duration // for the replies to one pipeline; default 6 s
	WriteTimeout time.Duration // for one pipeline; default 3 s

	Log *slog.Logger // reports lost and restored connections; nil discards
}

// A Node is one Redis or Valkey server. It is safe for concurrent use: all
// callers share one connection, and their commands are pipelined.
type Node struct {
	options Options
	ctx     context.Context // ends with Close
	cancel  context.CancelCauseFunc
	stopped chan struct{} // closed when no goroutine of the node runs

	reconnect chan struct{} // asks for an attempt to connect now

	mu    sync.Mutex
	state connState
}

var _ io.Closer = (*Node)(nil)

// New returns a Node for the server that o names. It connects in the background,
// at once, and stays connected, because a server that is full takes no new
// connection.
func New(o Options) *Node {
	o.DialTimeout = cmp.Or(o.DialTimeout, 3*time.Second)
	// A server that runs a script is silent for 5 s and replies BUSY after that
	// (busy-reply-threshold).
	o.ReadTimeout = cmp.Or(o.ReadTimeout, 6*time.Second)
	o.WriteTimeout = cmp.Or(o.WriteTimeout, 3*time.Second)
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	n := &Node{options: o, stopped: make(chan struct{}), reconnect: make(chan struct{}, 1), state: newConnState()}
	n.ctx, n.cancel = context.WithCancelCause(context.Background())
	go n.stayConnected()
	return n
}

// Address returns Options.Address unchanged.
func (n *Node) Address() string { return n.options.Address }

var errClosed = errors.New("the node was closed")

// Close ends the connection at once, even if the server hangs. Calls in progress
// fail. It always returns nil.
func (n *Node) Close() error {
	n.cancel(errClosed)
	<-n.stopped
	return nil
}

// callTimeout limits every call except [Node.KillAll]. It includes the wait for
// a connection.
const callTimeout = 9 * time.Second

var errCallTimeout = errors.New("the call timed out")

// withConn calls f with the connection. If the connection is lost during f and f
// returns retry, withConn waits for the next connection and calls f once more.
func (n *Node) withConn(ctx context.Context, f func(*conn) (retry bool, err error)) error {
	for last := false; ; last = true {
		c, err := n.awaitConn(ctx)
		if err != nil {
			return err
		}
		retry, err := f(c)
		if last || !retry || !errors.Is(err, errConnLost) || ctx.Err() != nil || n.ctx.Err() != nil {
			return err
		}
	}
}
