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

// auditOff is the value of Config.Audit for no audit.
const auditOff = "off"

// An AuditLog is the destination of audit records that a configuration names: a
// file to append to, or a writer. Pass it as Options.Audit.
type AuditLog struct {
	path string // "": not a file

	mu sync.Mutex
	w  io.Writer
}

// OpenAudit opens the configuration's audit file. If the file does not exist,
// OpenAudit creates it with mode 0600. If the configuration names no file, records go
// to stderr. The errors are like LoadConfig's.
func (c *Config) OpenAudit(stderr io.Writer) (*AuditLog, error) {
	switch c.Audit {
	case "":
		if file, ok := stderr.(*os.File); ok { // it may be a pipe that nobody reads
			stderr = output.NewFile(file)
		}
		return &AuditLog{w: stderr}, nil
	case auditOff:
		return &AuditLog{w: io.Discard}, nil
	}
	l := &AuditLog{path: c.Audit}
	if err := l.Reopen(); err != nil {
		return nil, c.locate(configError(err.Error(), "audit"))
	}
	return l, nil
}

// Reopen opens the file's path again. Call it after log rotation has moved the file.
// On an error records continue to go to the old file.
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

// Write appends p.
func (l *AuditLog) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.w.Write(p)
}

// Close closes the file. A later Write fails.
func (l *AuditLog) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if file, ok := l.w.(*output.File); ok && l.path != "" {
		return file.Close()
	}
	return nil
}

// An auditWriter writes records by group commit: records that arrive during a Write
// share the next one. On a slow disk a record waits for at most two writes, however
// many other kills wait.
type auditWriter struct {
	log *slog.Logger // for records that could not be written

	mu   sync.Mutex
	next *auditBatch // collects records; nil: no record waits

	writing sync.Mutex
	w       io.Writer
	torn    bool // the last Write stopped within a line
}

// An auditBatch holds the records of one Write.
type auditBatch struct {
	lines   bytes.Buffer
	done    chan struct{} // closed when written and err are set
	written int
	err     error // for records that were not written completely
}

// write returns nil once the record is written completely.
func (a *auditWriter) write(r *auditRecord) error {
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

// flush waits for the previous Write to end, and writes the batch.
func (a *auditWriter) flush(batch *auditBatch) {
	a.writing.Lock()
	defer a.writing.Unlock()
	a.mu.Lock()
	a.next = nil
	a.mu.Unlock()
	defer close(batch.done)
	lines := batch.lines.Bytes()
	if a.torn { // for example because the disk was full
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
