package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// group makes cmd's children end with it and with the context.
func group(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	cmd.WaitDelay = 5 * time.Second
}

// A proxy is a running Prism.
type proxy struct {
	addr string
	out  *output
	stop func() // ends it with all its processes
	done chan struct{}
}

// start starts Prism in front of upstream. It stops when ctx is done.
func (p *prism) start(ctx context.Context, contract, upstream string) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0") // a port that is free now
	if err != nil {
		return nil, err
	}
	addr := l.Addr().String()
	l.Close()
	_, port, _ := net.SplitHostPort(addr)

	ctx, cancel := context.WithCancel(ctx)
	cmd := exec.CommandContext(ctx, p.bin, "proxy", contract, "http://"+upstream, "--errors", "-p", port, "-h", "127.0.0.1")
	cmd.Env = environment()
	group(cmd)
	x := &proxy{addr: addr, out: &output{}, done: make(chan struct{})}
	cmd.Stdout, cmd.Stderr = x.out, x.out
	if err := cmd.Start(); err != nil {
		cancel()
		return nil, err
	}
	go func() {
		cmd.Wait()
		close(x.done)
	}()
	x.stop = func() {
		cancel()
		<-x.done
		syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) // what outlived its parent
	}
	if err := x.ready(ctx); err != nil {
		x.stop()
		return nil, fmt.Errorf("%w\n%s", err, x.out)
	}
	return x, nil
}

// ready waits until Prism accepts connections.
func (x *proxy) ready(ctx context.Context) error {
	late := time.After(time.Minute)
	for {
		if conn, err := net.DialTimeout("tcp", x.addr, time.Second); err == nil {
			return conn.Close()
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-x.done:
			return errors.New("prism ended before it listened")
		case <-late:
			return errors.New("prism does not listen after a minute")
		case <-time.After(50 * time.Millisecond):
		}
	}
}

func (x *proxy) endedWithin(d time.Duration) bool {
	select {
	case <-x.done:
		return true
	case <-time.After(d):
		return false
	}
}

// An output keeps the end of what Prism wrote.
type output struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.buf.Len() > 1<<20 {
		o.buf.Reset()
	}
	return o.buf.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.buf.String()
}

// lastWords returns the line that says why Prism ended, if there is one.
func (o *output) lastWords() string {
	said := ""
	for line := range strings.Lines(o.String()) {
		if strings.Contains(line, "Error: ") {
			said = strings.TrimSpace(line)
		}
	}
	return said
}
