package faults

import (
	"context"
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// checkerName protects the checker's own connection from a kill-all.
const checkerName = "sentinel-checker-cmd"

// A Node is a server under test, with a direct connection to it.
type Node struct {
	*localnode.Process

	// epoch counts the node's starts and stops. It is even while the node runs, and odd
	// from before a stop until the node replies again.
	epoch atomic.Int64
	upAt  atomic.Int64 // when the node was last started, in Unix nanoseconds

	mu    sync.Mutex
	admin *localnode.Session
}

func startNode(ctx context.Context, binary string, args ...string) (*Node, error) {
	args = append([]string{"--enable-debug-command", "yes", "--repl-diskless-sync-delay", "0", "--maxclients", "15000", "--busy-reply-threshold", "50"}, args...)
	p, err := localnode.StartProcess(ctx, binary, args...)
	if err != nil {
		return nil, err
	}
	return &Node{Process: p}, nil
}

// Do sends a command over the direct connection, and connects if necessary.
func (n *Node) Do(args ...string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for retried := false; ; retried = true {
		reply, err := n.try(args)
		var refused *localnode.ReplyError
		if err == nil || retried || errors.As(err, &refused) {
			return reply, err
		}
	}
}

func (n *Node) try(args []string) (string, error) {
	if n.admin == nil {
		admin, err := localnode.Dial(n.Addr(), checkerName)
		if err != nil {
			return "", err
		}
		n.admin = admin
	}
	reply, err := n.admin.Do(args...)
	var refused *localnode.ReplyError
	if err != nil && !errors.As(err, &refused) {
		n.admin.Close()
		n.admin = nil
	}
	return reply, err
}

// Ask repeats Do while the node does not reply, because it may be stopped, busy or
// starting.
func (n *Node) Ask(ctx context.Context, args ...string) (reply string, err error) {
	for {
		if reply, err = n.Do(args...); err == nil || ctx.Err() != nil {
			return reply, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// runSlowly sends a command that takes long, over a connection of its own.
func (n *Node) runSlowly(args ...string) {
	if s, err := localnode.Dial(n.Addr(), "sentinel-aside-cmd"); err == nil {
		defer s.Close()
		_, _ = s.Do(args...) // the command may take longer than the session waits
	}
}

// connected returns which of the sessions the node lists, by name.
func (n *Node) connected(ctx context.Context, sessions []*Session) (map[string]bool, error) {
	const maxIDs = 64 // for more sessions the whole list is shorter
	args := []string{"CLIENT", "LIST"}
	if len(sessions) <= maxIDs {
		args = append(args, "ID")
		for _, s := range sessions {
			args = append(args, strconv.FormatInt(s.ID, 10))
		}
	}
	list, err := n.Ask(ctx, args...)
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for line := range strings.Lines(list) {
		if name := field(line, " name="); name != "" {
			names[name] = true
		}
	}
	return names, nil
}

// field returns the value after the key in a row of CLIENT LIST.
func field(row, key string) string {
	_, rest, _ := strings.Cut(row, key)
	value, _, _ := strings.Cut(rest, " ")
	return value
}

// restart stops the node, gracefully or as a crash does, and starts it again.
func (n *Node) restart(ctx context.Context, gracefully bool) error {
	n.epoch.Add(1)
	if gracefully {
		_, _ = n.Do("SHUTDOWN", "NOSAVE") // the node closes the connection without a reply
	}
	err := n.Restart(ctx)
	n.upAt.Store(time.Now().UnixNano())
	n.epoch.Add(1)
	return err
}

// took reports whether a session ended because its node stopped. A session that was
// dialed while the node was down belongs to the node's next run if it ends well after
// the start of that run.
func (n *Node) took(s *Session) bool {
	const slack = 100 * time.Millisecond
	now := n.epoch.Load()
	if s.epoch == now && now%2 == 0 {
		return false
	}
	comingUp := s.epoch%2 == 1 && now == s.epoch+1
	return !comingUp || time.Since(time.Unix(0, n.upAt.Load())) < slack
}

// linkID returns the id of the connection of the replica, or "".
func (n *Node) linkID(ctx context.Context) string {
	list, err := n.Ask(ctx, "CLIENT", "LIST", "TYPE", "replica")
	if err != nil {
		return ""
	}
	return field(" "+list, " id=")
}

// Close stops the node.
func (n *Node) Close() error {
	n.mu.Lock()
	if n.admin != nil {
		n.admin.Close()
	}
	n.mu.Unlock()
	return n.Process.Close()
}
