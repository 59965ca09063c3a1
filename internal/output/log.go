package output

import (
	"bytes"
	"fmt"
	"io"
	"sync"
	"time"
)

const (
	maxPending   = 1 << 20 // bytes of lines that wait to be written
	closeTimeout = time.Second
)

// A Log is a buffered writer of lines that does not wait for its destination. It
// drops lines while its buffer is full, and lines that cannot be written. As soon as
// it can write again, it writes the number of dropped lines as a line in the form of
// slog's JSON. It is safe for concurrent use.
type Log struct {
	w io.Writer

	mu      sync.Mutex
	change  *sync.Cond
	pending []byte
	dropped int
	writing bool
	closed  bool
}

// NewLog returns a Log that writes to w. A write to a [*File] has no time limit here.
// Close stops the Log.
func NewLog(w io.Writer) *Log {
	if f, ok := w.(*File); ok {
		w = f.file
	}
	l := &Log{w: w}
	l.change = sync.NewCond(&l.mu)
	go l.run()
	return l
}

var _ io.Writer = (*Log)(nil)

// Write accepts one or more whole lines. It never fails.
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

// Close writes the lines in the buffer, for at most a second. Later lines are
// dropped.
func (l *Log) Close() {
	timer := time.AfterFunc(closeTimeout, func() {
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

// run writes the whole buffer at once, again and again.
func (l *Log) run() {
	l.mu.Lock()
	defer l.mu.Unlock()
	partial := false // the last line was not written to its end
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
		if partial {
			out = append([]byte("\n"), out...)
		}
		n, err := l.w.Write(out)

		l.mu.Lock()
		l.writing = false
		if err != nil {
			l.dropped += dropped + countLines(lines[min(len(lines), max(0, n-(len(out)-len(lines)))):])
		}
		if n > 0 {
			partial = out[n-1] != '\n'
		}
		l.change.Broadcast()
	}
}

func droppedLine(n int) []byte {
	return fmt.Appendf(nil, `{"time":%q,"level":"WARN","msg":"log lines were dropped","lines":%d}`+"\n",
		time.Now().Format(time.RFC3339Nano), n)
}

func countLines(text []byte) int { return bytes.Count(text, []byte("\n")) }
