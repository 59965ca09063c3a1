package server

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"sync"
)

// An auditor writes records. Those that come while a Write is under way go
// together in the next one, so that a slow disk delays each kill once and not
// once for each kill before it.
type auditor struct {
	log *slog.Logger // for what could not be written

	mu   sync.Mutex
	next *auditBatch // takes records; nil: none waits

	writing sync.Mutex
	w       io.Writer
	torn    bool // the last Write ended within a line
}

// An auditBatch is the records of one Write.
type auditBatch struct {
	lines   bytes.Buffer
	done    chan struct{} // closed when written and err are there
	written int
	err     error // of a record that was not written whole
}

// write returns when the record is written whole, or an error.
func (a *auditor) write(r *auditRecord) error {
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	a.mu.Lock()
	batch := a.next
	isFirst := batch == nil
	if isFirst {
		batch = &auditBatch{done: make(chan struct{}), err: io.ErrShortWrite}
		a.next = batch
	}
	batch.lines.Write(line)
	batch.lines.WriteByte('\n')
	end := batch.lines.Len()
	a.mu.Unlock()
	if isFirst {
		a.flush(batch)
	}
	<-batch.done
	if batch.written < end {
		return batch.err
	}
	return nil
}

// flush waits for the Write before it, and writes the batch.
func (a *auditor) flush(batch *auditBatch) {
	a.writing.Lock()
	defer a.writing.Unlock()
	a.mu.Lock()
	a.next = nil
	a.mu.Unlock()
	defer close(batch.done)
	lines := batch.lines.Bytes()
	if a.torn { // a full disk took a part
		if _, err := io.WriteString(a.w, "\n"); err != nil {
			batch.err = err
			return
		}
		a.torn = false
	}
	n, err := a.w.Write(lines)
	if err != nil {
		batch.err = err
	}
	batch.written = n
	a.torn = n > 0 && lines[n-1] != '\n'
}
