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

// judgeName protects the judge's own connection from a kill-all.
const judgeName = "sentinel-judge-cmd"

// A Node is a server under test, with a direct connection to it.
type Node struct {
	*localnode.Process

	// epoch counts the node's starts and ends: it is even while the node runs
	// and odd from before it is ended until it answers again.
	epoch atomic.Int64
	upAt  atomic.Int64 // when it last came back, in Unix nanoseconds

	mu    sync.Mutex
	admin *localnode.Session
}

func startNode(ctx context.Context, binary string, args ...string) (*Node, error) {
	args = append([]string{"--enable-debug-command", "yes", "--repl-diskless-sync-delay", "0", "--maxclients", "15000", "--busy-reply-threshold", "50", "--protected-mode", "no"}, args...)
	p, err := localnode.StartProcess(ctx, binary, args...)
	if err != nil {
		return nil, err
	}
	return &Node{Process: p}, nil
}

// Do sends a command over the direct connection, which it makes where there is
// none.
func (n *Node) Do(args ...string) (string, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	for again := false; ; again = true {
		reply, err := n.try(args)
		var refused *localnode.ReplyError
		if err == nil || again || errors.As(err, &refused) {
			return reply, err
		}
	}
}

func (n *Node) try(args []string) (string, error) {
	if n.admin == nil {
		admin, err := localnode.Dial(n.Addr(), judgeName)
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

// Ask is Do, again and again while the node cannot answer: it may be stopped,
// busy or on its way up.
func (n *Node) Ask(ctx context.Context, args ...string) (reply string, err error) {
	for {
		if reply, err = n.Do(args...); err == nil || ctx.Err() != nil {
			return reply, err
		}
		time.Sleep(20 * time.Millisecond)
	}
}

// aside sends a command that takes its time, over a connection of its own.
func (n *Node) aside(args ...string) {
	if s, err := localnode.Dial(n.Addr(), "sentinel-aside-cmd"); err == nil {
		defer s.Close()
		_, _ = s.Do(args...) // it may take longer than the session waits
	}
}

// connected returns which of the sessions the node lists, by name.
func (n *Node) connected(ctx context.Context, sessions []*Session) (map[string]bool, error) {
	const few = 64
	args := []string{"CLIENT", "LIST"}
	if len(sessions) <= few {
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

// restart ends the node, politely or as a crash does, and starts it again.
func (n *Node) restart(ctx context.Context, politely bool) error {
	n.epoch.Add(1)
	if politely {
		_, _ = n.Do("SHUTDOWN", "NOSAVE") // it answers by closing the connection
	}
	err := n.Restart(ctx)
	n.upAt.Store(time.Now().UnixNano())
	n.epoch.Add(1)
	return err
}

// took reports whether a session that just ended was ended by its node's end.
// One that was dialled while the node was down belongs to the next run if it
// outlives the node's return by far.
func (n *Node) took(s *Session) bool {
	const slack = 100 * time.Millisecond
	now := n.epoch.Load()
	if s.epoch == now && now%2 == 0 {
		return false
	}
	comingUp := s.epoch%2 == 1 && now == s.epoch+1
	return !comingUp || time.Since(time.Unix(0, n.upAt.Load())) < slack
}

// linkID returns the id of the link to the replica, "" where there is none.
func (n *Node) linkID(ctx context.Context) string {
	list, err := n.Ask(ctx, "CLIENT", "LIST", "TYPE", "replica")
	if err != nil {
		return ""
	}
	return field(" "+list, " id=")
}

// Close ends the node.
func (n *Node) Close() error {
	n.mu.Lock()
	if n.admin != nil {
		n.admin.Close()
	}
	n.mu.Unlock()
	return n.Process.Close()
}
