package sessions

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
)

// runs counts the connections of all nodes, so that no two have one number.
var runs atomic.Uint64

// A call is one use of a node's connection.
type call struct {
	conn    *redis.Conn
	release func()        // gives the connection back
	run     uint64        // its number; it does not change during a call
	self    int64         // its id
	trip    time.Duration // what a command without work took
}

// begin waits for the connection and asks its id. A connection that broke is
// replaced then, and never later: whatever fails after it ends the call. Its
// errors are explained.
func (n *Node) begin(ctx context.Context) (*call, error) {
	conn, release, err := n.conn(ctx)
	if err != nil {
		return nil, err
	}
	start := time.Now()
	self, err := conn.ClientID(ctx).Result()
	if err != nil {
		release()
		return nil, failed(ctx, err)
	}
	return &call{conn, release, n.run.Load(), self, time.Since(start)}, nil
}

// conn waits for the connection and returns it with the function that gives it
// back.
func (n *Node) conn(ctx context.Context) (*redis.Conn, func(), error) {
	if ctx.Err() != nil { // select would take either
		return nil, nil, ended(ctx)
	}
	select {
	case n.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, nil, ended(ctx)
	}
	conn := n.redis.Conn()
	return conn, func() {
		conn.Close()
		<-n.turn
	}, nil
}

// ended is the error of a call whose caller's time was over.
func ended(ctx context.Context) error {
	return fmt.Errorf("%w: the call has ended: %w", ErrUnreachable, context.Cause(ctx))
}

// failed explains what a command of a call returned. Where it is the caller's
// time that was over, it says so: the connection's deadline is ctx's own, and may
// come a moment before it.
func failed(ctx context.Context, err error) error {
	if err == nil || isReply(err) {
		return explain(err)
	}
	if end, ok := ctx.Deadline(); ok && time.Until(end) < 10*time.Millisecond {
		<-ctx.Done()
	}
	if ctx.Err() != nil {
		return fmt.Errorf("%w: %w", ended(ctx), err)
	}
	return explain(err)
}
