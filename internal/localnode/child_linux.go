package localnode

import "syscall"

// childAttr keeps the terminal's Ctrl-C from the child by a process group of
// its own, and ends the child with this program however that ends.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
