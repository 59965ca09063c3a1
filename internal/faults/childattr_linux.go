package faults

import "syscall"

// childAttr lets the kernel kill the server when this program ends.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
