package server

import (
	"bytes"
	"encoding/json"
	"io"
	"log/slog"
	"os"
	"sync"

	"github.com/dcs-sessions/dcs-sessions/internal/output"
)

// auditOff is the configuration's word for no audit.
const auditOff = "off"

// An AuditLog is where the configuration wants audit records: a file that they
// are appended to, or a writer. It is for Options.Audit.
type AuditLog struct {
	path string // "": no file

	mu sync.Mutex
	w  io.Writer
}

// OpenAudit opens the configuration's audit file, which it creates for its owner
// alone. Where there is none, records go to stderr. Its errors are like
// LoadConfig's.
func (c *Config) OpenAudit(stderr io.Writer) (*AuditLog, error) {
	switch c.Audit {
	case "":
		if file, ok := stderr.(*os.File); ok { // perhaps a pipe that nobody reads
			stderr = output.NewFile(file)
		}
		return &AuditLog{w: stderr}, nil
	case auditOff:
		return &AuditLog{w: io.Discard}, nil
	}
	l := &AuditLog{path: c.Audit}
	if err := l.Reopen(); err != nil {
		return nil, c.locate(bad(err.Error(), "audit"))
	}
	return l, nil
}

// Reopen opens the file's path again, once the file was moved away. On an error
// the old file goes on.
func (l *AuditLog) Reopen() error {
	if l.path == "" {
		return nil
	}
	file, err := output.OpenFile(l.path)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if old, ok := l.w.(*output.File); ok {
		old.Close()
	}
	l.w = file
	return nil
}

// Write is one record's.
func (l *AuditLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// Close closes the file; a Write after it fails.
func (l *AuditLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if file, ok := l.w.(*output.File); ok && l.path != "" {
		return file.Close()
	}
	return nil
}

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
