package faults

import (
	"context"
	"fmt"
	"syscall"
	"time"
)

var serverFaults = []Fault{
	{Name: "server reloaded", What: "the audit file is moved away, and the server gets SIGHUP", Run: again(func(a *Arena) error { return a.api.reload() })},
	{Name: "server killed", What: "the server is killed (SIGKILL) and started again", Run: again(kill)},
	{Name: "server ended", What: "the server is ended (SIGTERM) and started again", Run: again(terminate)},
	{Name: "server ended, node stopped", What: "the server is ended while 32 kills wait for a stopped node", Run: terminateHung, Alone: 32},
	{Name: "server started, node full", What: "the server is killed and started while the node is full", Run: startFull},
}

func kill(a *Arena) error {
	if _, err := a.api.end(syscall.SIGKILL); err != nil {
		return err
	}
	return begin(a)
}

func begin(a *Arena) error {
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	return a.api.start(ctx)
}

// terminate ends the server, and judges how long that takes.
func terminate(a *Arena) error {
	took, err := a.api.end(syscall.SIGTERM)
	j := a.judge.Load()
	if err != nil {
		j.breach(tooSlow, nil, "SIGTERM: %v", err)
	}
	if took > stopLimit {
		j.breach(tooSlow, nil, "the server ended %.1f s after SIGTERM", took.Seconds())
	}
	j.mu.Lock()
	j.row.Stop = max(j.row.Stop, took)
	j.mu.Unlock()
	return begin(a)
}

func terminateHung(ctx context.Context, a *Arena) error {
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

// startFull judges whether a caller learns in the node's words why there is no
// kill, where there is none.
func startFull(ctx context.Context, a *Arena) error {
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
