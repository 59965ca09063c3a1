package httpserver

import (
	"io"
	"net"
	"sync"
	"time"
)

// How long and how much is read, and thrown away, from a caller that was
// answered while it was still sending. To close at once would reset the
// connection, and most clients then lose the answer (RFC 9112, 9.6). The times
// are nginx's.
const (
	lingerTime  = 30 * time.Second
	lingerPause = 5 * time.Second // without a byte
	lingerBytes = 64 << 20
	maxLinger   = 256 // connections; a further one is closed at once
)

// lingering is the connections that are answered and read to their end.
type lingering struct {
	mu      sync.Mutex
	conns   map[*conn]bool
	stopped bool
	empty   chan struct{} // closed when stopped and no connection is left
}

func newLingering() *lingering {
	return &lingering{conns: map[*conn]bool{}, empty: make(chan struct{})}
}

// add takes over a connection, and closes it. It reports false where it takes no
// more.
func (l *lingering) add(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped || len(l.conns) >= maxLinger {
		return false
	}
	l.conns[c] = true
	go func() {
		c.closeWrite()
		_, _ = io.CopyN(io.Discard, &untilSilent{c.raw, time.Now().Add(lingerTime)}, lingerBytes)
		c.raw.Close()
		l.remove(c)
	}()
	return true
}

func (l *lingering) remove(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
	if l.stopped && len(l.conns) == 0 {
		close(l.empty)
	}
}

// stop takes no more connections. It closes those that have not ended after
// grace.
func (l *lingering) stop(grace time.Duration) {
	l.mu.Lock()
	if !l.stopped && len(l.conns) == 0 {
		close(l.empty)
	}
	l.stopped = true
	l.mu.Unlock()
	select {
	case <-l.empty:
		return
	case <-time.After(grace):
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for c := range l.conns {
		c.raw.Close()
	}
}

// untilSilent reads until a pause is too long, or its time is over.
type untilSilent struct {
	net.Conn
	end time.Time
}

func (u *untilSilent) Read(p []byte) (int, error) {
	deadline := time.Now().Add(lingerPause)
	if u.end.Before(deadline) {
		deadline = u.end
	}
	if err := u.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	return u.Conn.Read(p)
}
