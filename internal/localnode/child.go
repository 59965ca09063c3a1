package localnode

import (
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// A child is one run of a server's binary.
type child struct {
	cmd    *exec.Cmd
	output tail
	done   chan struct{} // closed once the process is reaped
	exit   error         // what Wait returned; read it after done
}

// startChild always returns a child, so that its output can be read after an
// error too.
func startChild(binary string, args []string) (*child, error) {
	c := &child{cmd: exec.Command(binary, args...), done: make(chan struct{})}
	c.cmd.Stdout, c.cmd.Stderr = &c.output, &c.output
	c.cmd.SysProcAttr = childAttr()
	// Whatever the server leaves running must not hold Wait by the pipe.
	c.cmd.WaitDelay = time.Second
	started := make(chan error)
	go func() {
		// Linux sends the parent-death signal when the thread that forked
		// ends, not the process (prctl(2), PR_SET_PDEATHSIG). So the
		// forking thread is held until the child is gone.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.cmd.Start()
		started <- err
		if err == nil {
			c.exit = c.cmd.Wait()
		}
		close(c.done)
	}()
	return c, <-started
}

// kill ends the process at once, paused or not, and waits until it is reaped.
func (c *child) kill() {
	_ = c.cmd.Process.Kill() // its one error: the process is done
	<-c.done
}

// terminate asks the process to end and kills it after patience.
func (c *child) terminate(patience time.Duration) {
	if c.cmd.Process.Signal(syscall.SIGTERM) != nil {
		c.kill() // done already, or a system without SIGTERM
		return
	}
	_ = c.resume() // a paused process would not see the signal
	select {
	case <-c.done:
	case <-time.After(patience):
		c.kill()
	}
}
