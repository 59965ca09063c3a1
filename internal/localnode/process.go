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
	startTimeout = 15 * time.Second // for one start, if ctx allows as much
	stopTimeout  = 3 * time.Second  // from SIGTERM to SIGKILL
	portAttempts = 5
)

// A Process is a server program on a loopback port, without persistence. Its
// methods may be called from several goroutines.
type Process struct {
	binary string
	args   []string
	kind   string
	port   int
	dir    string

	mu     sync.Mutex
	child  *child // the present run; the last one after Close
	closed bool
}

var errClosed = errors.New("localnode: the process is closed")

// StartProcess starts binary on a free loopback port and returns when it
// answers. The args are appended to the command line. ctx bounds the start, not
// the life of the process. An error of the start is a *StartError.
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

// startOnFreePort tries again when the port was taken between finding it free
// and the server's bind.
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

// run starts the binary on p.port and waits until it answers.
func (p *Process) run(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startTimeout)
	defer cancel()
	args := append([]string{
		"--port", strconv.Itoa(p.port), "--bind", "127.0.0.1", "--dir", p.dir,
		"--save", "", "--appendonly", "no", "--daemonize", "no",
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

// Addr returns the node's address, 127.0.0.1:port. Restart keeps it.
func (p *Process) Addr() string { return net.JoinHostPort("127.0.0.1", strconv.Itoa(p.port)) }

// Binary returns the path of the server's program.
func (p *Process) Binary() string { return p.binary }

// Kind returns the server and its version, as the binary states them.
func (p *Process) Kind() string { return p.kind }

// Close stops the server: SIGTERM, and SIGKILL if it still runs 3 s later.
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

// Restart kills the server as a crash would and starts it again on the same
// port. Every session ends, run_id changes, client ids start again. After an
// error the node is down; Restart may be called again.
func (p *Process) Restart(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return errClosed
	}
	p.child.kill()
	return p.run(ctx)
}

// Pause stops the server's execution: the kernel still accepts connections for
// it, and nothing is answered until Resume.
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
