//go:build unix && !linux

package localnode

import "syscall"

// childAttr keeps the terminal's Ctrl-C from the child by a process group of
// its own. There is no parent-death signal here: a program that is killed
// leaves its child behind.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
