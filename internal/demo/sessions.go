package demo

import (
	"context"
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/dcs-sessions/dcs-sessions/internal/localnode"
)

// leakyPrefix is how the names of the sessions to kill begin.
const leakyPrefix = "leaky-"

var names = []string{
	"web-1", "web-2", "web-3", "web-4", "worker-1", "worker-2", "worker-3",
	"cron", "report", "leaky-1", "leaky-2", "leaky-3",
}

// A session is one connection to the node.
type session struct {
	*localnode.Session
	name   string
	closed bool // the node closed the socket
}

func (s *session) leaks() bool { return strings.HasPrefix(s.name, leakyPrefix) }

// openSessions also returns the sessions that it opened before an error.
func openSessions(addr string) ([]*session, error) {
	var opened []*session
	for _, name := range names {
		s, err := localnode.Dial(addr, name)
		if err != nil {
			return opened, err
		}
		opened = append(opened, &session{Session: s, name: name})
	}
	return opened, nil
}

func closeSessions(opened []*session) {
	for _, s := range opened {
		s.Close()
	}
}

// printSockets reads every socket and reports whether exactly those of the
// leaking sessions are closed.
func printSockets(out io.Writer, opened []*session) (expected bool) {
	expected = true
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "SESSION\tPEER\tASKED\tSOCKET")
	for _, s := range opened {
		asked, socket := "-", "open"
		if s.leaks() { // Closed waits until the socket closes
			asked, s.closed = "kill", s.Closed()
		} else {
			s.closed = !s.Open()
		}
		if s.closed {
			socket = "closed"
		}
		if s.closed != s.leaks() {
			expected = false
			socket += "  (wrong)"
		}
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", s.name, s.Addr(), asked, socket)
	}
	w.Flush()
	return expected
}

// watch prints each session whose socket closes, until ctx ends or the API
// stops.
func watch(ctx context.Context, out io.Writer, opened []*session, stopped <-chan error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	closed := make(chan *session)
	for _, s := range opened {
		if s.closed {
			continue
		}
		go func() {
			for ctx.Err() == nil {
				if s.Closed() {
					select {
					case closed <- s:
					case <-ctx.Done():
					}
					return
				}
			}
		}()
	}
	for {
		select {
		case s := <-closed:
			fmt.Fprintf(out, "closed: %s (%s)\n", s.name, s.Addr())
		case <-ctx.Done():
			return nil
		case err := <-stopped:
			return err
		}
	}
}
