package localnode

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"sync"
	"time"
)

const (
	startTimeout = 15 * time.Second // for one start; ctx may end sooner
	stopTimeout  = 3 * time.Second  // from SIGTERM to SIGKILL
	portAttempts = 5
)

// A Process is a server's process on a loopback port, without persistence. Its
// methods may be called from several goroutines.
type Process struct {
	binary string
	args   []string
	kind   string
	port   int
	dir    string

	mu     sync.Mutex
	child  *child // the current run, or the last one after Close
	closed bool
}

var errClosed = errors.New("localnode: the process is closed")

// StartProcess starts a binary on a free loopback port and returns when the server
// replies. It appends args to the command line. ctx limits the start, not the life
// of the process. A server that does not start is a [*StartError].
func StartProcess(ctx context.Context, binary string, args ...string) (*Process, error) {
	dir, err := os.MkdirTemp("", "localnode-")
	if err != nil {
		return nil, fmt.Errorf("localnode: %w", err)
	}
	p := &Process{binary: binary, args: args, dir: dir}
	if err := p.startOnFreePort(ctx); err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	p.kind = kindOf(ctx, binary)
	return p, nil
}

// startOnFreePort tries again if another process bound the port before the server
// did.
func (p *Process) startOnFreePort(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		port, err := freePort()
		if err != nil {
			return err
		}
		p.port = port
		err = p.run(ctx)
		if !errors.Is(err, errPortTaken) || attempt == portAttempts {
			return err
		}
	}
}

// run starts the binary on p.port and waits until it replies.
func (p *Process) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	args := append([]string{
		"--port", strconv.Itoa(p.port), "--bind", "127.0.0.1", "--dir", p.dir,
		"--save", "", "--appendonly", "no", "--daemonize", "no",
		// Redis 7.0 takes only 127.0.0.1 for loopback, not all of 127.0.0.0/8.
		"--protected-mode", "no",
	}, p.args...)
	c, err := startChild(p.binary, args)
	if err == nil {
		p.child = c
		if err = waitReady(ctx, p.Addr(), c); err == nil {
			return nil
		}
		c.kill()
	}
	return &StartError{Binary: p.binary, Output: c.output.String(), Err: err}
}

// Addr returns the server's address, 127.0.0.1:port. Restart keeps it.
func (p *Process) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)) }

// Binary returns the path of the server's program.
func (p *Process) Binary() string { return p.binary }

// Kind returns the server and its version, as the binary prints them.
func (p *Process) Kind() string { return p.kind }

// Close stops the server with SIGTERM, and with SIGKILL if it still runs 3 s later.
func (p *Process) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil
	}
	p.closed = true
	p.child.terminate(stopTimeout)
	return os.RemoveAll(p.dir)
}

// Restart kills the server as a crash would and starts it again on the same port.
// Every session ends, run_id changes, and client ids start again. After an error the
// server is down; Restart may be called again.
func (p *Process) Restart(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errClosed
	}
	p.child.kill()
	return p.run(ctx)
}

// Pause stops the server's execution until Resume. The kernel still accepts
// connections for the server, and nobody replies on them.
func (p *Process) Pause() error { return p.signal((*child).pause) }

// Resume ends a Pause.
func (p *Process) Resume() error { return p.signal((*child).resume) }

func (p *Process) signal(send func(*child) error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errClosed
	}
	return send(p.child)
}
