package output

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	maxPending = 1 << 20     // bytes of lines that wait to be written
	flushTime  = time.Second // that Close waits
)

// A Log is a buffered writer of lines that does not wait for its destination.
// Lines that come while too much waits, and lines that cannot be written, are
// dropped; how many is said, in a line of slog's JSON form, as soon as something
// can be written again. It is safe for concurrent use.
type Log struct {
	w io.Writer

	mu      sync.Mutex
	change  *sync.Cond
	pending []byte
	dropped int
	writing bool
	closed  bool
}

// NewLog returns a Log that writes to w. It waits for a *File as long as it
// takes. Close ends it.
func NewLog(w io.Writer) *Log {
	if f, ok := w.(*File); ok {
		w = f.file
	}
	l := &Log{w: w}
	l.change = sync.NewCond(&l.mu)
	go l.run()
	return l
}

// Write takes one or more whole lines. It always succeeds.
func (l *Log) Write(lines []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.closed || len(l.pending)+len(lines) > maxPending {
		l.dropped += countLines(lines)
		return len(lines), nil
	}
	l.pending = append(l.pending, lines...)
	l.change.Broadcast()
	return len(lines), nil
}

// Close writes the lines that wait, for at most a second. Lines that come later
// are dropped.
func (l *Log) Close() {
	timer := time.AfterFunc(flushTime, func() {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.pending, l.writing = nil, false
		l.change.Broadcast()
	})
	defer timer.Stop()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.closed = true
	l.change.Broadcast()
	for l.writing || len(l.pending) > 0 {
		l.change.Wait()
	}
}

// run writes what waits, all of it at once.
func (l *Log) run() {
	l.mu.Lock()
	defer l.mu.Unlock()
	torn := false // the last line that was written has no end
	for {
		for len(l.pending) == 0 && !l.closed {
			l.change.Wait()
		}
		if len(l.pending) == 0 {
			return
		}
		lines, dropped := l.pending, l.dropped
		l.pending, l.dropped, l.writing = nil, 0, true
		l.mu.Unlock()

		out := lines
		if dropped > 0 {
			out = append(droppedLine(dropped), lines...)
		}
		if torn {
			out = append([]byte("\n"), out...)
		}
		n, err := l.w.Write(out)

		l.mu.Lock()
		l.writing = false
		if err != nil {
			l.dropped += dropped + countLines(lines[min(len(lines), max(0, n-(len(out)-len(lines)))):])
		}
		if n > 0 {
			torn = out[n-1] != '\n'
		}
		l.change.Broadcast()
	}
}

func droppedLine(n int) []byte {
	return fmt.Appendf(nil, `{"time":%q,"level":"WARN","msg":"log lines were dropped","lines":%d}`+"\n",
		time.Now().Format(time.RFC3339Nano), n)
}

func countLines(text []byte) int { return bytes.Count(text, []byte("\n")) }
