package localnode

import "syscall"

// childAttr gives the child a process group of its own, so that it does not receive
// the terminal's Ctrl-C. The kernel kills the child when this program ends.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
