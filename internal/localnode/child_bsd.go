//go:build unix && !linux

package localnode

import "syscall"

// childAttr gives the child a process group of its own, so that it does not receive
// the terminal's Ctrl-C. There is no parent-death signal here, so that a program
// that is killed leaves its child behind.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
