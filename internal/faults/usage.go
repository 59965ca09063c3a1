package faults

import (
	"context"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// Usage is what the server's process holds.
type Usage struct {
	Memory      int // resident, in KiB
	Threads     int
	Descriptors int
	Goroutines  int // 0: not counted
}

// usage reads /proc.
func (a *API) usage() (Usage, error) {
	pid := strconv.Itoa(a.cmd.Process.Pid)
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return Usage{}, err
	}
	number := func(name string) int {
		_, rest, _ := strings.Cut(string(text), "\n"+name+":")
		line, _, _ := strings.Cut(rest, "\n")
		n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(line), " kB"))
		return n
	}
	descriptors, err := os.ReadDir("/proc/" + pid + "/fd")
	return Usage{Memory: number("VmRSS"), Threads: number("Threads"), Descriptors: len(descriptors)}, err
}

var goroutine = regexp.MustCompile(`(?m)^goroutine \d+ (gp=\S+ )?.*\[`)

// measure returns what the idle server holds, and starts it again: its
// goroutines are counted in the trace that it ends with after SIGQUIT.
func (a *API) measure(ctx context.Context) (Usage, error) {
	u, err := a.usage()
	if err != nil {
		return u, err
	}
	before, err := os.ReadFile(a.file("log"))
	if err != nil {
		return u, err
	}
	if _, err := a.end(syscall.SIGQUIT); err != nil {
		return u, err
	}
	after, err := os.ReadFile(a.file("log"))
	if err != nil {
		return u, err
	}
	u.Goroutines = len(goroutine.FindAll(after[len(before):], -1))
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	return u, a.start(ctx)
}

// exceeds says what of the usage is well over what it was at the start. What a
// runtime keeps of memory and threads is not given back at once.
func (u Usage) exceeds(start Usage) []string {
	var found []string
	for _, c := range []struct {
		what           string
		now, was, over int
	}{
		{"KiB of memory", u.Memory, start.Memory, 64 << 10},
		{"threads", u.Threads, start.Threads, 24},
		{"descriptors", u.Descriptors, start.Descriptors, 8},
		{"goroutines", u.Goroutines, start.Goroutines, 16},
	} {
		if c.now > c.was+c.over {
			found = append(found, fmt.Sprintf("%d %s after the faults, %d at the start", c.now, c.what, c.was))
		}
	}
	return found
}
