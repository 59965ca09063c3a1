// Package logtest holds what a program under test writes to its log.
//
//	log := &logtest.Buffer{}
//	run(slog.New(slog.NewJSONHandler(log, nil)))
//	for _, record := range log.Records(t, "request") {
//		assert.Equal(t, "GET", record["method"])
//	}
//
// It compares nothing and waits for nothing.
package logtest

import (
	"bytes"
	"encoding/json"
	"io"
	"strings"
	"sync"
	"testing"
)

// A Buffer can be read while it is written. The zero value is empty.
type Buffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

var _ io.Writer = (*Buffer)(nil)

// Write appends p. It never fails.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

// String returns everything that was written.
func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}

// Records returns the records of a JSON log that have the message, in the order
// in which they were written. A line that is not JSON fails the test at once.
func (b *Buffer) Records(t testing.TB, message string) (records []map[string]any) {
	t.Helper()
	for line := range strings.Lines(b.String()) {
		var record map[string]any
		if err := json.Unmarshal([]byte(line), &record); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		if record["msg"] == message {
			records = append(records, record)
		}
	}
	return records
}
