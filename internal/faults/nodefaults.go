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
	{Name: "none", What: "nothing fails", Run: func(ctx context.Context, _ *Testbed) error { <-ctx.Done(); return nil }},
	{Name: "crash", What: "the node is killed and started again on the same port", Run: repeatedly(restart(false)), Unlink: true},
	{Name: "shutdown", What: "the node shuts down and is started again on the same port", Run: repeatedly(restart(true)), Unlink: true},
	{Name: "stopped", What: "the node is stopped (SIGSTOP) and continued", Run: repeatedly(stopNode)},
	{Name: "stopped, 32 kills", What: "32 callers kill one address each while the node is stopped for longer than the response limit", Run: stopLong, SingleCallers: 32},
	{Name: "busy", What: "a script keeps the node busy", Run: repeatedly(busy)},
	{Name: "asleep", What: "the node sleeps (DEBUG SLEEP)", Run: repeatedly(sleep)},
	{Name: "full", What: "other clients use up the node's maxclients", Run: full},
	{Name: "server cut off", What: "CLIENT KILL closes the server's own connections", Run: repeatedly(killServer)},
	{Name: "role", What: "the node becomes a replica of its replica, and then its primary again", Run: repeatedly(swap), Unlink: true},
	{Name: "password", What: "the password changes on the node, the connections are closed, and the password file changes later", Run: repeatedly(rotate)},
	{Name: "kill-all", What: "kill-alls run one after the other", Run: killAll},
}

func restart(gracefully bool) func(*Testbed) error {
	return func(a *Testbed) error {
		ctx, cancel := context.WithTimeout(context.Background(), startTime)
		defer cancel()
		return a.node.restart(ctx, gracefully)
	}
}

func stopNode(a *Testbed) error {
	if err := a.node.Pause(); err != nil {
		return err
	}
	time.Sleep(a.hold())
	return a.node.Resume()
}

// stopLong stops the node once. In the long pace it stops the node for longer than a
// response may take.
func stopLong(_ context.Context, a *Testbed) error {
	if err := a.node.Pause(); err != nil {
		return err
	}
	time.Sleep(a.pace.Hold * 5 / 4)
	return a.node.Resume()
}

// busy keeps the node busy with a script that counts, to about 100 million in half a
// second.
func busy(a *Testbed) error {
	const loops = 120_000 // a millisecond
	n := min(a.hold(), 4*time.Second).Milliseconds() * loops
	a.node.runSlowly("EVAL", fmt.Sprintf("for i=1,%d do end", n), "0")
	_, _ = a.node.Do("SCRIPT", "KILL") // for a slow machine; otherwise the script has ended
	return nil
}

func sleep(a *Testbed) error {
	a.node.runSlowly("DEBUG", "SLEEP", fmt.Sprintf("%.2f", min(a.hold(), 4*time.Second).Seconds()))
	return nil
}

// full lets other clients use up the connections of the node.
func full(ctx context.Context, a *Testbed) error {
	undo, err := fill(ctx, a)
	if err == nil {
		<-ctx.Done()
		err = undo()
	}
	return err
}

// fill uses up the connections of the node and returns what undoes it.
func fill(ctx context.Context, a *Testbed) (undo func() error, err error) {
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
		if s, err := localnode.Dial(a.node.Addr(), checkerName); err == nil { // a name that no kill-all kills
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

func killServer(a *Testbed) error {
	_, err := a.node.Do("CLIENT", "KILL", "USER", nodeUser)
	var refused *localnode.ReplyError
	if errors.As(err, &refused) {
		return err
	}
	return nil
}

// swap makes the node a replica of its own replica for a while.
func swap(a *Testbed) error {
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
	return a.awaitReplica(ctx)
}

// rotate changes the password on the node, closes the server's connections, and
// changes the password file later.
func rotate(a *Testbed) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	password := a.api.newPassword()
	if err := a.setNodePassword(ctx, password); err != nil {
		return err
	}
	if err := killServer(a); err != nil {
		return err
	}
	time.Sleep(a.hold() / 4)
	return a.api.setPassword(password)
}

func killAll(ctx context.Context, a *Testbed) error {
	c := a.caller(oneAddress, direct, 1)
	for ctx.Err() == nil {
		call, cancel := context.WithTimeout(context.Background(), callTime)
		if e := c.killAll(call); e != nil && e.done() {
			a.checker.Load().check(call, e)
		}
		cancel()
		a.pauseBetween(ctx)
	}
	return nil
}
