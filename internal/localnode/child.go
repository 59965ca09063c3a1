package localnode

import (
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// A child is one run of a server's program.
type child struct {
	cmd    *exec.Cmd
	output tail
	done   chan struct{} // closed once the process is reaped
}

// startChild returns a child even with an error, so that its output can be read.
func startChild(binary string, args []string) (*child, error) {
	c := &child{cmd: exec.Command(binary, args...), done: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	c.cmd.SysProcAttr = childAttr()
	// A process that the server leaves behind must not block Wait by its pipe.
	c.cmd.WaitDelay = time.Second
	started := make(chan error)
	go func() {
		// Linux sends the parent-death signal when the thread that forked ends, not
		// the process (prctl(2), PR_SET_PDEATHSIG). So this goroutine keeps its
		// thread until the child has ended.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		started <- err
		if err == nil {
			_ = c.cmd.Wait() // ProcessState has the result
		}
		close(c.done)
	}()
	return c, <-started
}

// kill ends the process at once, even a paused one, and waits until it is reaped.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // fails only if the process has ended
	<-c.done
}

// terminate asks the process to end, and kills it after a timeout.
func (c *child) terminate(timeout time.Duration) {
	if c.cmd.Process.Signal(syscall.SIGTERM) != nil {
		c.kill() // it has ended, or the system has no SIGTERM
		return
	}
	_ = c.resume() // a paused process does not receive the signal
	select {
	case <-c.done:
	case <-time.After(timeout):
		c.kill()
	}
}
