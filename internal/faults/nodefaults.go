package faults

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// startTime limits one start of a node or of the server.
const startTime = 30 * time.Second

var nodeFaults = []Fault{
	{Name: "none", What: "nothing fails", Run: func(ctx context.Context, _ *Arena) error { <-ctx.Done(); return nil }},
	{Name: "crash", What: "the node is killed and started again on its port", Run: again(restart(false)), Unlink: true},
	{Name: "shutdown", What: "the node shuts down and is started again on its port", Run: again(restart(true)), Unlink: true},
	{Name: "stopped", What: "the node is stopped (SIGSTOP) and goes on", Run: again(stopNode)},
	{Name: "stopped, 32 kills", What: "32 callers of one address each while the node is stopped for longer than an answer may take", Run: stopLong, Alone: 32},
	{Name: "busy", What: "a script keeps the node busy", Run: again(busy)},
	{Name: "asleep", What: "the node sleeps (DEBUG SLEEP)", Run: again(sleep)},
	{Name: "full", What: "others take all of the node's maxclients", Run: full},
	{Name: "server cut off", What: "CLIENT KILL takes the server's own connections", Run: again(killServer)},
	{Name: "role", What: "the node becomes its replica's replica, and its primary again", Run: again(swap), Unlink: true},
	{Name: "password", What: "the node's password is rotated, then the file, and the connections are taken", Run: again(rotate)},
	{Name: "kill-all", What: "a kill-all runs again and again", Run: killAll},
}

func restart(politely bool) func(*Arena) error {
	return func(a *Arena) error {
		ctx, cancel := context.WithTimeout(context.Background(), startTime)
		defer cancel()
		return a.node.restart(ctx, politely)
	}
}

func stopNode(a *Arena) error {
	if err := a.node.Pause(); err != nil {
		return err
	}
	time.Sleep(a.hold())
	return a.node.Resume()
}

// stopLong stops the node once, for longer than an answer may take where the
// pace allows it.
func stopLong(ctx context.Context, a *Arena) error {
	if err := a.node.Pause(); err != nil {
		return err
	}
	time.Sleep(a.pace.Hold * 5 / 4)
	return a.node.Resume()
}

// busy keeps the node busy by a script that counts, about 100 million in half a
// second.
func busy(a *Arena) error {
	const loops = 120_000 // a millisecond
	n := min(a.hold(), 4*time.Second).Milliseconds() * loops
	a.node.aside("EVAL", fmt.Sprintf("for i=1,%d do end", n), "0")
	_, _ = a.node.Do("SCRIPT", "KILL") // of a machine that counts more slowly; else it is over
	return nil
}

func sleep(a *Arena) error {
	a.node.aside("DEBUG", "SLEEP", fmt.Sprintf("%.2f", min(a.hold(), 4*time.Second).Seconds()))
	return nil
}

// full lets others take what the node has left, and more.
func full(ctx context.Context, a *Arena) error {
	unfill, err := fill(ctx, a)
	if err == nil {
		<-ctx.Done()
		err = unfill()
	}
	return err
}

// fill fills the node, and returns what undoes it.
func fill(ctx context.Context, a *Arena) (undo func() error, err error) {
	const others = 30
	list, err := a.node.Ask(ctx, "CLIENT", "LIST")
	if err != nil {
		return nil, err
	}
	if _, err := a.node.Ask(ctx, "CONFIG", "SET", "maxclients", fmt.Sprint(strings.Count(list, "\n")+others)); err != nil {
		return nil, err
	}
	var fillers []*localnode.Session
	for range 3 * others {
		if s, err := localnode.Dial(a.node.Addr(), judgeName); err == nil { // a name that no kill-all takes
			fillers = append(fillers, s)
		}
	}
	return func() error {
		for _, s := range fillers {
			s.Close()
		}
		wide, cancel := context.WithTimeout(context.Background(), startTime)
		defer cancel()
		_, err := a.node.Ask(wide, "CONFIG", "SET", "maxclients", "15000")
		return err
	}, nil
}

func killServer(a *Arena) error {
	_, err := a.node.Do("CLIENT", "KILL", "USER", nodeUser)
	var refused *localnode.ReplyError
	if errors.As(err, &refused) {
		return err
	}
	return nil
}

// swap makes the node a replica of its own replica for a while.
func swap(a *Arena) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	primary, replica := a.node, a.replica
	for range 2 {
		host, port, _ := strings.Cut(replica.Addr(), ":")
		if _, err := replica.Ask(ctx, "REPLICAOF", "NO", "ONE"); err != nil {
			return err
		}
		if _, err := primary.Ask(ctx, "REPLICAOF", host, port); err != nil {
			return err
		}
		time.Sleep(a.hold() / 2)
		primary, replica = replica, primary
	}
	return a.linked(ctx)
}

// rotate changes the password on the node first and then in the file, and takes
// the connections that know the old one.
func rotate(a *Arena) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	password := a.api.newPassword()
	if err := a.allow(ctx, password); err != nil {
		return err
	}
	if err := killServer(a); err != nil {
		return err
	}
	time.Sleep(a.hold() / 4)
	return a.api.setPassword(password)
}

func killAll(ctx context.Context, a *Arena) error {
	c := a.caller(alone, direct, 1)
	for ctx.Err() == nil {
		call, cancel := context.WithTimeout(context.Background(), callTime)
		if e := c.killAll(call); e != nil && e.done() {
			a.judge.Load().check(call, e)
		}
		cancel()
		a.breathe(ctx)
	}
	return nil
}
