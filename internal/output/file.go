package output

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"sync"
	"syscall"
	"time"
)

// writeTimeout limits a Write to a File.
const writeTimeout = time.Second

// ErrStuck is returned by [File.Write] if a write does not complete, because a pipe
// is full and nobody reads it, or because a disk hangs.
var ErrStuck = errors.New("the write does not complete: the pipe has no reader, or the disk hangs")

// A File is a file whose Write returns within a second. It is safe for concurrent
// use.
type File struct {
	file *os.File
	turn chan struct{} // holds a value while a write is in progress

	mu    sync.Mutex
	stuck bool // a write that timed out is still in progress
}

// OpenFile opens a file to append to. If it creates the file, only the owner can
// access it. A FIFO that nobody reads is an error.
func OpenFile(path string) (*File, error) {
	// With O_NONBLOCK, opening a FIFO does not wait for a reader.
	f, err := os.OpenFile(path, os.O_CREATE|os.O_APPEND|os.O_WRONLY|syscall.O_NONBLOCK, 0o600)
	if errors.Is(err, syscall.ENXIO) {
		return nil, fmt.Errorf("open %s: nobody reads this FIFO", path)
	}
	if err != nil {
		return nil, err
	}
	return NewFile(f), nil
}

// NewFile returns a File that writes to f. f may be a pipe or a terminal.
func NewFile(f *os.File) *File { return &File{file: f, turn: make(chan struct{}, 1)} }

// Write writes all of p, or returns an error within a second. After [ErrStuck], a part
// of p or all of it may still be written later. Until then each Write fails at once.
func (f *File) Write(p []byte) (int, error) {
	if f.isStuck() {
		return 0, ErrStuck
	}
	timer := time.NewTimer(writeTimeout)
	defer timer.Stop()
	select {
	case f.turn <- struct{}{}:
	case <-timer.C:
		return 0, ErrStuck
	}
	w := f.begin(p)
	select {
	case <-w.done:
	case <-timer.C:
		if !f.markStuck(w) {
			return 0, ErrStuck
		}
	}
	return w.n, w.err
}

// A write is in progress on a goroutine of its own.
type write struct {
	done chan struct{} // closed when n and err are set
	n    int
	err  error
}

func (f *File) begin(p []byte) *write {
	w := &write{done: make(chan struct{})}
	data := bytes.Clone(p) // the caller may change p after a timeout
	go func() {
		w.n, w.err = f.file.Write(data)
		f.mu.Lock()
		f.stuck = false
		close(w.done)
		f.mu.Unlock()
		<-f.turn
	}()
	return w
}

// markStuck marks the file as stuck, unless w has completed meanwhile.
func (f *File) markStuck(w *write) (completed bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	select {
	case <-w.done:
		return true
	default:
		f.stuck = true
		return false
	}
}

var _ io.WriteCloser = (*File)(nil)

func (f *File) isStuck() bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.stuck
}

// Close closes the file. A Write in progress may then fail.
func (f *File) Close() error { return f.file.Close() }
