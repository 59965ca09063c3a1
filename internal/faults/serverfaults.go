package faults

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

var serverFaults = []Fault{
	{Name: "server reloaded", What: "the audit file is renamed, and the server receives SIGHUP", Run: repeatedly(func(a *Testbed) error { return a.api.reload() })},
	{Name: "server killed", What: "the server is killed (SIGKILL) and started again", Run: repeatedly(kill)},
	{Name: "server terminated", What: "the server is terminated (SIGTERM) and started again", Run: repeatedly(terminate)},
	{Name: "server terminated, node stopped", What: "the server is terminated while 32 kills wait for a stopped node", Run: terminateHung, SingleCallers: 32},
	{Name: "server started, node full", What: "the server is killed and started again while the node is full", Run: startFull},
}

func kill(a *Testbed) error {
	if _, err := a.api.end(syscall.SIGKILL); err != nil {
		return err
	}
	return begin(a)
}

func begin(a *Testbed) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	return a.api.start(ctx)
}

// terminate terminates the server and checks how long that takes.
func terminate(a *Testbed) error {
	took, err := a.api.end(syscall.SIGTERM)
	ch := a.checker.Load()
	if err != nil {
		ch.violation(tooSlow, nil, "SIGTERM: %v", err)
	}
	if took > stopLimit {
		ch.violation(tooSlow, nil, "the server ended %.1f s after SIGTERM", took.Seconds())
	}
	ch.mu.Lock()
	ch.row.Stop = max(ch.row.Stop, took)
	ch.mu.Unlock()
	return begin(a)
}

func terminateHung(_ context.Context, a *Testbed) error {
	if err := a.node.Pause(); err != nil {
		return err
	}
	time.Sleep(a.pace.Hold / 4)
	err := terminate(a)
	if resumed := a.node.Resume(); err == nil {
		err = resumed
	}
	return err
}

// startFull starts the server while the node accepts no connections. A caller must then
// receive an error with the reason.
func startFull(ctx context.Context, a *Testbed) error {
	if _, err := a.api.end(syscall.SIGKILL); err != nil {
		return err
	}
	undo, err := fill(ctx, a)
	if err != nil {
		return err
	}
	if err := begin(a); err != nil {
		return fmt.Errorf("while the node is full: %w", err)
	}
	<-ctx.Done()
	return undo()
}
