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

// Resources are the resources of the server's process.
type Resources struct {
	Memory      int // resident, in KiB
	Threads     int
	Descriptors int
	Goroutines  int // 0: not counted
}

// resources reads /proc.
func (a *API) resources() (Resources, error) {
	pid := strconv.Itoa(a.cmd.Process.Pid)
	text, err := os.ReadFile("/proc/" + pid + "/status")
	if err != nil {
		return Resources{}, err
	}
	number := func(name string) int {
		_, rest, _ := strings.Cut(string(text), "\n"+name+":")
		line, _, _ := strings.Cut(rest, "\n")
		n, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(line), " kB"))
		return n
	}
	descriptors, err := os.ReadDir("/proc/" + pid + "/fd")
	return Resources{Memory: number("VmRSS"), Threads: number("Threads"), Descriptors: len(descriptors)}, err
}

var goroutine = regexp.MustCompile(`(?m)^goroutine \d+ (gp=\S+ )?.*\[`)

// measure returns the resources of the idle server and starts the server again, because
// its goroutines are counted in the trace that it prints after SIGQUIT.
func (a *API) measure(ctx context.Context) (Resources, error) {
	u, err := a.resources()
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

// exceeds returns which resources are well above those at the start. The Go runtime
// does not return memory and threads at once.
func (u Resources) exceeds(start Resources) []string {
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
