// Package sessions manages the client sessions of one Redis or Valkey server:
// it lists them, kills those that it is told to, and protects those that must
// live.
//
//	node := sessions.Open(sessions.Options{Address: "127.0.0.1:6379"})
//	defer node.Close()
//	listing, err := node.List(ctx)
//	targets := []sessions.Target{listing.Target(addr)}
//	outcomes, err := node.Kill(ctx, targets)
//
// It holds one connection a node. It keeps no list of sessions between calls,
// knows nothing of clusters or Sentinel beyond not killing their links, and
// never sends a command that touches data.
package sessions

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// Options names one server and how to reach it.
type Options struct {
	Address  string // host:port
	Username string // of an ACL user; empty for the default user
	Password string // empty: none is sent

	DialTimeout  time.Duration // default 3 s
	ReadTimeout  time.Duration // of one reply; default 5 s
	WriteTimeout time.Duration // of one command; default 3 s
}

// A Node is one Redis or Valkey server. It is safe for concurrent use; calls
// that talk to the server wait for each other.
type Node struct {
	address string
	redis   *redis.Client
	turn    chan struct{} // holds one value while the connection is in use
	run     atomic.Uint64 // the connection's number
}

// Open returns the Node of o. It does not connect: the first call does, and the
// connection is then held, for a server that is full takes no new one.
func Open(o Options) *Node {
	n := &Node{address: o.Address, turn: make(chan struct{}, 1)}
	n.redis = redis.NewClient(&redis.Options{
		Addr:         o.Address,
		Username:     o.Username,
		Password:     o.Password,
		DialTimeout:  orDefault(o.DialTimeout, 3*time.Second),
		ReadTimeout:  orDefault(o.ReadTimeout, 5*time.Second),
		WriteTimeout: orDefault(o.WriteTimeout, 3*time.Second),

		// one plain connection, held, whose failures are the caller's to see
		Protocol:                 2,
		PoolSize:                 1,
		ConnMaxIdleTime:          -1,
		MaxRetries:               -1,
		DialerRetries:            1,
		ContextTimeoutEnabled:    true,
		DisableIdentity:          true,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},

		OnConnect: func(context.Context, *redis.Conn) error {
			n.run.Store(runs.Add(1))
			return nil
		},
	})
	return n
}

// Address returns host:port, as it was given.
func (n *Node) Address() string { return n.address }

// Close ends the connection. A call that is under way fails.
func (n *Node) Close() error { return n.redis.Close() }

func orDefault(d, otherwise time.Duration) time.Duration {
	if d == 0 {
		return otherwise
	}
	return d
}
