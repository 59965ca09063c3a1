package localnode

import (
	"bytes"
	"io"
	"sync"
)

const tailSize = 2 << 10 // bytes; about twenty lines of a server's log

// A tail is an io.Writer that keeps the last tailSize bytes.
type tail struct {
	mu   sync.Mutex
	kept []byte
	cut  bool // earlier bytes were dropped
}

var _ io.Writer = (*tail)(nil)

func (t *tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.kept = append(t.kept, p...)
	if over := len(t.kept) - tailSize; over > 0 {
		t.kept = append(t.kept[:0], t.kept[over:]...)
		t.cut = true
	}
	return len(p), nil
}

// String returns the whole lines that are kept, the oldest first.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	lines := t.kept
	if _, rest, ok := bytes.Cut(lines, []byte("\n")); ok && t.cut {
		lines = rest
	}
	return string(bytes.TrimSpace(lines))
}
