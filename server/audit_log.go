package server

import (
	"io"
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
