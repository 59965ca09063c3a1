package httpserver

import (
	"io"
	"net"
	"sync"
	"time"
)

// The limits on what is read and discarded from a caller that was still sending
// when its response was complete. Closing at once would reset the connection, and
// most clients then lose the response (RFC 9112, 9.6). The times are those of
// nginx's lingering close.
const (
	lingerTime  = 30 * time.Second
	lingerPause = 5 * time.Second // between two bytes
	lingerBytes = 64 << 20
	maxLinger   = 256 // connections; any further one is closed at once
)

// A lingerer reads connections to their end after their last response.
type lingerer struct {
	mu      sync.Mutex
	conns   map[*conn]bool
	stopped bool
	empty   chan struct{} // closed when stopped and no connection is left
}

func newLingerer() *lingerer {
	return &lingerer{conns: map[*conn]bool{}, empty: make(chan struct{})}
}

// add closes a connection once it is read to its end. It reports false, and leaves
// the connection alone, if there are too many or the server stops.
func (l *lingerer) add(c *conn) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.stopped || len(l.conns) >= maxLinger {
		return false
	}
	l.conns[c] = true
	go func() {
		c.closeWrite()
		_, _ = io.CopyN(io.Discard, &lingerReader{c.raw, time.Now().Add(lingerTime)}, lingerBytes)
		c.raw.Close()
		l.remove(c)
	}()
	return true
}

func (l *lingerer) remove(c *conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.conns, c)
	if l.stopped && len(l.conns) == 0 {
		close(l.empty)
	}
}

// stop makes add report false. It waits for the connections that are left, and
// closes those that have not ended after grace.
func (l *lingerer) stop(grace time.Duration) {
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

// A lingerReader reads until a pause is too long or its end is reached.
type lingerReader struct {
	net.Conn
	end time.Time
}

func (r *lingerReader) Read(p []byte) (int, error) {
	deadline := time.Now().Add(lingerPause)
	if r.end.Before(deadline) {
		deadline = r.end
	}
	if err := r.SetReadDeadline(deadline); err != nil {
		return 0, err
	}
	return r.Conn.Read(p)
}
