// Package logtest keeps what a program under test writes.
//
//	log := &logtest.Buffer{}
//	slog.New(slog.NewJSONHandler(log, nil))
package logtest

import (
	"bytes"
	"sync"
)

// A Buffer may be read while it is written. The zero value is empty.
type Buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

// Write appends p. It never fails.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// String returns all that was written.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
